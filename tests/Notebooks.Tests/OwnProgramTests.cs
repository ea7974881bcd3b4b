using System.Diagnostics;
using System.Text.RegularExpressions;
using NotebookHost.Documents;

namespace Notebooks.Tests;

/// <summary>Notebook 08's last part: the commands and lines that it shows, done in an empty folder.</summary>
[Collection(nameof(BundledCourse))]
public sealed partial class OwnProgramTests(BundledCourse course)
{
    private const string Notebook = "08-your-own-pictures.ipynb";

    [Fact]
    public async Task The_program_of_the_text_says_what_the_notebook_says()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The text's own lines name libtorch for Linux.");
        using var empty = new TemporaryFolder();
        var text = NotebookDocument
            .Load(Path.Combine(Course.Root, "notebooks", Notebook))
            .Cells.Single(cell => cell.Source.Contains("dotnet new console", StringComparison.Ordinal))
            .Source;
        var blocks = Blocks().Matches(text).ToLookup(block => block.Groups["kind"].Value, block => block.Groups["lines"].Value);
        var (program, commands) = (blocks["csharp"].Single(), blocks["sh"].ToList());
        var (make, run) = (commands[0], commands[1]);
        // The system's C++ library is older than TorchSharp's: the course has made a copy of its own, and the text tells how to use it.
        if (Directory.Exists(Path.Combine(Course.Root, "lib", "bin", "compatible")))
        {
            run = commands[2].Replace("COURSE", Course.Root, StringComparison.Ordinal);
        }

        await ShellAsync(empty.Path, make);
        var folder = Path.Combine(empty.Path, "recognize");
        var own = Path.Combine(course.Run.Folder, "own");
        foreach (var file in new[] { "model.safetensors", "classes.txt" })
        {
            File.Copy(Path.Combine(own, file), Path.Combine(folder, file));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), program, TestContext.Current.CancellationToken);
        var answers = Answers().Matches(course.Run.Outputs(Notebook));
        Assert.NotEmpty(answers);
        foreach (Match answer in answers)
        {
            var picture = Path.Combine(course.Run.Folder, "pictures", "emoji", answer.Groups["file"].Value);
            File.Copy(picture, Path.Combine(folder, "picture.png"), overwrite: true);
            var said = await ShellAsync(folder, run);
            Assert.Equal(answer.Groups["said"].Value.Trim(), said.Trim().Split('\n')[^1]);
        }

        await SaysAsync("", "Name one picture: dotnet run -- picture.png");
        await SaysAsync("nowhere.png", $"There is no file {Path.Combine(folder, "nowhere.png")}.");
        await SaysAsync("Program.cs", "Program.cs is no picture that can be read; take a PNG, JPEG or BMP.");
        var classes = Path.Combine(folder, "classes.txt");
        await File.AppendAllTextAsync(classes, "one more\n", TestContext.Current.CancellationToken);
        await SaysAsync(
            "picture.png",
            "model.safetensors has no weights predictions.weight of the shape [5, 64]; write Channels, Side and the layers as they were in "
                + "training."
        );
        File.Delete(Path.Combine(folder, "model.safetensors"));
        await SaysAsync("picture.png", $"There is no file {Path.Combine(folder, "model.safetensors")}.");

        async Task SaysAsync(string picture, string sentence)
        {
            var (code, _, errors) = await TestProcess.RunAsync(
                new ProcessStartInfo("bash", ["-c", $"dotnet run --no-build -- {picture}"]) { WorkingDirectory = folder }
            );
            Assert.Equal((1, sentence), (code, errors.Trim()));
        }
    }

    private static async Task<string> ShellAsync(string folder, string commands)
    {
        var start = new ProcessStartInfo("bash", ["-e", "-c", commands]) { WorkingDirectory = folder };
        // What the tests are run with concerns the course's own projects.
        start.Environment.Remove("LockedRestore");
        var (code, output, errors) = await TestProcess.RunAsync(start);
        Assert.True(code == 0, $"{commands}\n{output}\n{errors}");
        return output;
    }

    [GeneratedRegex("^```(?<kind>\\w+)\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"^(?<file>\w+/\w+\.png): (?<said>.+)$", RegexOptions.Multiline)]
    private static partial Regex Answers();
}
