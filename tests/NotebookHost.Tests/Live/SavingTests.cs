using System.Diagnostics;
using System.Text.Json.Nodes;
using NotebookHost.Documents;

namespace NotebookHost.Tests.Live;

/// <summary>What is typed is on the disk within a second, and nobody's text is lost.</summary>
public sealed class SavingTests : LiveTest
{
    private NotebookDocument OnDisk => NotebookDocument.Load(FileOf("n.ipynb"));

    [Fact]
    public async Task What_is_typed_is_in_the_file_within_a_second()
    {
        var (page, _) = await Open();
        var before = await File.ReadAllTextAsync(FileOf("n.ipynb"), TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        await page.Edit("cell-1", "var x = 5; x");
        await page.Until("saved");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal(
            before.Replace("var x = 1; x", "var x = 5; x", StringComparison.Ordinal),
            await File.ReadAllTextAsync(FileOf("n.ipynb"), TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task Cells_are_added_moved_merged_deleted_and_brought_back()
    {
        var (page, _) = await Open();
        await page.Send(
            new
            {
                type = "insert",
                after = "cell-1",
                kind = "markdown",
                source = "new",
            }
        );
        var id = (string)(await page.Until("inserted"))["cell"]!["id"]!;
        await page.Send(
            new
            {
                type = "move",
                cell = id,
                after = (string?)null,
            }
        );
        await page.Send(new { type = "delete", cell = "cell-3" });
        await page.Until("deleted");
        await page.Until(message => (string)message["type"]! == "saved" && OnDisk.Cells.Count == 3);
        Assert.Equal([id, "cell-1", "cell-2"], OnDisk.Cells.Select(cell => cell.Id));

        await page.Send(
            new
            {
                type = "insert",
                after = "cell-2",
                kind = "code",
                cell = "cell-3",
            }
        );
        await page.Send(
            new
            {
                type = "kind",
                cell = id,
                kind = "code",
            }
        );
        await page.Send(new { type = "merge", cell = id });
        await page.Until(message => (string)message["type"]! == "saved" && OnDisk.Cells[^1].Id == "cell-3");
        Assert.Equal(
            [(id, "new\nvar x = 1; x"), ("cell-2", "# Title"), ("cell-3", "Console.Write(x + 1)")],
            OnDisk.Cells.Select(cell => (cell.Id!, cell.Source))
        );
        Assert.Equal(CellKind.Code, OnDisk.Cells[0].Kind);
    }

    [Fact]
    public async Task A_change_from_outside_is_shown_where_nothing_is_unsaved()
    {
        var (page, _) = await Open();
        Samples.Write(FileOf("n.ipynb"), "var x = 77; x", "[markdown]# Title");
        var reloaded = await page.Until("reloaded");
        Assert.Equal(["var x = 77; x", "# Title"], reloaded["cells"]!.AsArray().Select(cell => (string)cell!["source"]!));
    }

    [Theory]
    [InlineData("mine", "var x = 5; x")]
    [InlineData("theirs", "var x = 77; x")]
    public async Task A_change_from_outside_beside_ones_own_is_asked_about(string choice, string kept)
    {
        var (page, _) = await Open();
        Samples.Write(FileOf("n.ipynb"), "var x = 77; x", "[markdown]# Title");
        await page.Edit("cell-1", "var x = 5; x");
        var conflict = await page.Until("conflict");
        Assert.Equal("var x = 5; x", (string)conflict["mine"]![0]!["source"]!);
        Assert.Equal("var x = 77; x", (string)conflict["theirs"]![0]!["source"]!);
        Assert.Equal("var x = 77; x", OnDisk.Cells[0].Source);

        // A page that comes now is asked too.
        var (other, _) = await Open();
        await other.Until("conflict");
        await other.Send(new { type = "resolve", choice });
        await page.Until(choice == "mine" ? "saved" : "reloaded");
        Assert.Equal(kept, OnDisk.Cells[0].Source);
    }

    [Fact]
    public async Task What_was_typed_before_a_change_from_outside_came_does_not_overwrite_it_unasked()
    {
        var (page, snapshot) = await Open();
        Samples.Write(FileOf("n.ipynb"), "var x = 77; x", "[markdown]# Title");
        await page.Until("reloaded");
        // The page had the text of the first snapshot when its user typed.
        await page.Edit("cell-1", "var x = 5; x", (int)snapshot["loads"]!);
        var conflict = await page.Until("conflict");
        Assert.Equal("var x = 5; x", (string)conflict["mine"]![0]!["source"]!);
        Assert.Equal("var x = 77; x", OnDisk.Cells[0].Source);
        await page.Send(new { type = "resolve", choice = "theirs" });
        var reloaded = await page.Until("reloaded");
        await page.Edit("cell-1", "var x = 6; x", (int)reloaded["loads"]!);
        await page.Until("saved");
        Assert.Equal("var x = 6; x", OnDisk.Cells[0].Source);
    }

    [Fact]
    public async Task A_file_deleted_from_outside_is_asked_about_and_can_be_written_again()
    {
        var (page, _) = await Open();
        File.Delete(FileOf("n.ipynb"));
        await page.Edit("cell-1", "var x = 5; x");
        Assert.Contains("deleted", (string)(await page.Until("conflict"))["reason"]!, StringComparison.Ordinal);
        await page.Send(new { type = "resolve", choice = "mine" });
        await page.Until("saved");
        Assert.Equal("var x = 5; x", OnDisk.Cells[0].Source);
    }

    [Fact]
    public async Task A_read_only_file_is_said_and_saved_when_it_can_be()
    {
        var (page, _) = await Open();
        new FileInfo(FileOf("n.ipynb")).IsReadOnly = true;
        await page.Edit("cell-1", "var x = 5; x");
        Assert.Contains("read-only", (string)(await page.Until("saveFailed"))["reason"]!, StringComparison.Ordinal);
        Assert.Equal("var x = 1; x", OnDisk.Cells[0].Source);
        new FileInfo(FileOf("n.ipynb")).IsReadOnly = false;
        await page.Until("saved");
        Assert.Equal("var x = 5; x", OnDisk.Cells[0].Source);
    }

    [Fact]
    public async Task A_full_disk_is_said_and_nothing_is_lost()
    {
        var small = FileOf("small");
        using var disk = SmallFileSystem.TryMount(small, "size=64k");
        Assert.SkipWhen(disk is null, "No small file system can be mounted here.");
        Samples.Write(Path.Combine(small, "s.ipynb"), "1");
        var (page, _) = await Open("small/s.ipynb");
        var filler = Path.Combine(small, "filler");
        await File.WriteAllBytesAsync(filler, new byte[44_000], TestContext.Current.CancellationToken);
        var text = "// " + new string('x', 30_000);
        await page.Edit("cell-1", text);
        Assert.Contains("No space", (string)(await page.Until("saveFailed"))["reason"]!, StringComparison.Ordinal);
        Assert.Equal("1", NotebookDocument.Load(Path.Combine(small, "s.ipynb")).Cells[0].Source);
        Assert.Equal(["filler", "s.ipynb"], Directory.GetFiles(small).Select(Path.GetFileName).Order());
        File.Delete(filler);
        await page.Until("saved");
        Assert.Equal(text, NotebookDocument.Load(Path.Combine(small, "s.ipynb")).Cells[0].Source);
    }

    [Fact]
    public async Task Two_pages_show_the_same()
    {
        var (one, _) = await Open();
        var (two, _) = await Open();
        await one.Edit("cell-1", "var x = 9; x");
        Assert.Equal("var x = 9; x", (string)(await two.Until("edited"))["source"]!);
        await two.Edit("cell-2", "## Other");
        Assert.Contains("<h2", (string)(await one.Until("edited"))["rendered"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_saved_when_the_server_ends_in_order_is_saved_then()
    {
        var (page, _) = await Open();
        await page.Edit("cell-1", "var x = 5; x");
        await page.Send(new { type = "hello" });
        await page.Until("snapshot");
        await RestartServerAsync();
        Assert.Equal("var x = 5; x", OnDisk.Cells[0].Source);
    }
}
