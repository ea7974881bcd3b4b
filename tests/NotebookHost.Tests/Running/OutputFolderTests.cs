using System.Diagnostics;

namespace NotebookHost.Tests.Running;

/// <summary>Output folders that are full, closed or have a second name: the error is one sentence, comes before the run where possible, and
/// nothing is half written or overwritten.</summary>
public sealed class OutputFolderTests : ProgramTest
{
    private static void RefusedInOneSentence((int ExitCode, string Out, string Error) end, string words)
    {
        Assert.Equal(2, end.ExitCode);
        Assert.Contains(words, end.Error, StringComparison.Ordinal);
        Assert.Single(end.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_full_disk_is_said_in_one_sentence_and_what_was_there_stays_whole()
    {
        Notebook("n.ipynb", "\"first\"");
        using var disk = SmallFileSystem.TryMount(Output, "size=1m");
        Assert.SkipWhen(disk is null, "No small file system can be mounted here.");
        Assert.Equal(0, (await Run("run", "n.ipynb", "--output", "out")).ExitCode);
        var before = Directory.GetFiles(Output).Order().Select(file => (Path.GetFileName(file), File.ReadAllText(file))).ToList();
        Notebook("n.ipynb", "display(HTML(new string('x', 3_000_000)));");
        RefusedInOneSentence(await Run("run", "n.ipynb", "--output", "out"), "No space left");
        Assert.Equal(before, Directory.GetFiles(Output).Order().Select(file => (Path.GetFileName(file), File.ReadAllText(file))));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_refused_before_anything_is_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Folders are closed by Unix's rights here.");
        Notebook("n.ipynb", "System.IO.File.WriteAllText(\"ran\", \"\");");
        Directory.CreateDirectory(Output);
        // Root may write anywhere, except on a read-only file system; others may not write into a closed folder.
        using var disk = SmallFileSystem.TryMount(Output, "ro");
        if (disk is null && !OperatingSystem.IsWindows())
        {
            Assert.SkipWhen(Environment.UserName == "root", "No read-only file system can be mounted here.");
            File.SetUnixFileMode(Output, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        RefusedInOneSentence(await Run("run", "n.ipynb", "--output", "out"), "cannot be written");
        Assert.False(File.Exists(Path.Combine(Folder, "ran")));
    }

    public static TheoryData<string> Names =>
        [.. Faults.Of<string>(few: 1, "links/deep", "link", "notebooks", "notebooks/.", "notebooks/../notebooks")];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_notebooks_own_folder_is_refused_under_whatever_name(string output)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        var file = Notebook("notebooks/n.ipynb", "1");
        Directory.CreateSymbolicLink(Path.Combine(Folder, "link"), "notebooks");
        Directory.CreateDirectory(Path.Combine(Folder, "links"));
        Directory.CreateSymbolicLink(Path.Combine(Folder, "links", "deep"), "../link");
        File.CreateSymbolicLink(Path.Combine(Folder, "alias.ipynb"), "notebooks/n.ipynb");
        var before = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        RefusedInOneSentence(await Run("run", "notebooks/n.ipynb", "--output", output), "would be overwritten");
        RefusedInOneSentence(await Run("run", "alias.ipynb", "--output", output), "would be overwritten");
        Assert.Equal(before, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nothing_is_written_outside_the_folder_whatever_notebooks_are_called_and_links_lead_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "These names are Unix's.");
        string[] names = ["..ipynb", "index.ipynb", "summary.ipynb", "..\\x.ipynb", "a\u001b]0;title\u0007\n<script>alert(1)<.ipynb"];
        foreach (var name in names)
        {
            Notebook(Path.Combine("in", name), "\"ran\"");
        }

        Notebook("other/index.ipynb", "\"other\"");
        var victim = Path.Combine(Folder, "victim");
        await File.WriteAllTextAsync(victim, "mine", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Output);
        foreach (var name in new[] { "summary.ipynb", "summary.html", "summary.json", "index.html" })
        {
            File.CreateSymbolicLink(Path.Combine(Output, name), "../victim");
        }

        var (code, output, error) = await Run([
            "run",
            .. names.Select(name => Path.Combine("in", name)),
            "other/index.ipynb",
            "--output",
            "out",
        ]);
        Assert.True(code == 0, output + error);
        Assert.DoesNotContain('\u001b', output);
        Assert.DoesNotContain('\u0007', output);
        Assert.Equal("mine", await File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken));
        Assert.Equal(["in", "other", "out", "victim"], Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order());
        Assert.Equal(6, Summary()["notebooks"]!.AsArray().Select(notebook => (string)notebook!["notebook"]!).Distinct().Count());
        Assert.Equal(14, Directory.GetFiles(Output).Length);
        Assert.DoesNotContain(
            "<script>alert",
            await File.ReadAllTextAsync(Path.Combine(Output, "index.html"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }
}
