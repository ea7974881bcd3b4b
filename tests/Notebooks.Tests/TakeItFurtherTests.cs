using System.Diagnostics;

namespace Notebooks.Tests;

/// <summary>What notebook 06 writes for other programs, read from the places that it names.</summary>
[Collection(nameof(BundledCourse))]
public sealed class TakeItFurtherTests(BundledCourse course)
{
    [Fact]
    public async Task The_lines_of_Python_in_the_text_print_the_answers_that_the_cell_above_them_wrote()
    {
        await JupyterFolder.NeedAsync("torch", "python3-torch");
        var folder = Directory.CreateTempSubdirectory("cnn-tutorial-python-").FullName;
        try
        {
            File.Copy(Path.Combine(course.Run.Folder, "mnist", "model.safetensors"), Path.Combine(folder, "model.safetensors"));
            File.Copy(
                Path.Combine(Course.Root, "lib/CnnTutorial/Datasets/Bundled/opencv-digits/t10k-images-idx3-ubyte.gz"),
                Path.Combine(folder, "t10k-images-idx3-ubyte.gz")
            );
            await File.WriteAllTextAsync(
                Path.Combine(folder, "lines.py"),
                string.Concat(NotebookPython.BlocksOf(Path.Combine(Course.Root, "notebooks", "06-results.ipynb"))),
                TestContext.Current.CancellationToken
            );

            using var python = TestProcess.Start(
                new ProcessStartInfo("/usr/bin/python3", ["lines.py"]) { WorkingDirectory = folder, RedirectStandardOutput = true }
            )!;
            var printed = await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

            Assert.Matches(@"^\[\d(, \d){19}\]\n$", printed);
            Assert.Contains($"The first twenty answers: {printed}", course.Run.Outputs("06-results.ipynb"), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
