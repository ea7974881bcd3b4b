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
