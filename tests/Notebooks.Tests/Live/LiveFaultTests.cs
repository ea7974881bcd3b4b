using System.Diagnostics;
using System.Text;
using Microsoft.Playwright;
using static Notebooks.Tests.Live.LiveCourse;

namespace Notebooks.Tests.Live;

/// <summary>Faults that are made for real while somebody works in the live page.</summary>
public sealed class LiveFaultTests
{
    [Fact]
    public async Task Text_typed_after_the_server_was_killed_is_kept_and_offered_again()
    {
        await using var course = await WithoutServerAsync("var a = 1;", "[text]Text");
        var port = Ports.Free();
        using var first = await course.StartProcessAsync(port);
        var page = await course.PageAsync();
        await TypeAsync(page, 1, "var a = 2; // on disk");
        await course.SavedAsync("on disk");
        first.Kill(entireProcessTree: false);
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);

        await TypeAsync(page, 1, "var a = 3; // kept in the browser");
        await page.WaitForSelectorAsync("#live-notices .error:has-text('does not answer')");
        Assert.Contains("on disk", File.ReadAllText(course.Notebook), StringComparison.Ordinal);

        // A page that is still open connects again by itself, though the program has another token now.
        using var second = await course.StartProcessAsync(port);
        await course.SavedAsync("kept in the browser");
        await page.WaitForFunctionAsync("() => !document.querySelector('#live-notices .error')");
        await page.ReloadAsync();
        await ReadyAsync(page);
        second.Kill();
        await second.WaitForExitAsync(TestContext.Current.CancellationToken);

        await TypeAsync(page, 1, "var a = 4; // kept and offered");
        await page.WaitForSelectorAsync("#live-notices .error:has-text('does not answer')");
        await page.CloseAsync();
        using var third = await course.StartProcessAsync(port);
        var again = await course.PageAsync();
        await again.GetByRole(AriaRole.Button, new() { Name = "Put it into the notebook" }).ClickAsync();
        await course.SavedAsync("kept and offered");
        third.Kill();
    }

    [Fact]
    public async Task A_connection_that_is_cut_for_a_while_loses_nothing_and_doubles_nothing()
    {
        await using var course = await OpenAsync(
            "for (var i = 1; i <= 40; i++) { Console.WriteLine($\"line {i}.\"); await Task.Delay(250); }",
            "var a = 1;"
        );
        var isCut = false;
        IWebSocketRoute? open = null;
        await course.RouteSocketsAsync(route =>
        {
            if (isCut)
            {
                _ = route.CloseAsync();
                return;
            }

            open = route;
            route.ConnectToServer();
        });
        var page = await course.PageAsync();
        await page.EvaluateAsync("() => liveNotebook.run([liveNotebook.cells[0]])");
        await page.WaitForFunctionAsync("() => liveNotebook.cells[0].outputsElement.innerText.includes('line 3.')");

        isCut = true;
        await open!.CloseAsync();
        await page.WaitForSelectorAsync("#live-notices .error:has-text('does not answer')");
        await TypeAsync(page, 2, "var a = 2; // typed while cut off");
        await Task.Delay(4000, TestContext.Current.CancellationToken);
        Assert.Contains("var a = 1;", File.ReadAllText(course.Notebook), StringComparison.Ordinal);
        isCut = false;

        await course.SavedAsync("typed while cut off");
        await StateAsync(page, 1, "done");
        var lines = string.Join("\n", Enumerable.Range(1, 40).Select(i => $"line {i}."));
        Assert.Equal(lines, await OutputAsync(page, 1));
        Assert.Equal(0, await page.Locator("#live-notices .error").CountAsync());
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task A_full_disk_is_said_in_the_page_and_the_text_is_saved_when_there_is_room()
    {
        using var folder = new TemporaryFolder();
        using var disk = SmallFileSystem.TryMount(folder.Path, "size=64k");
        Assert.SkipWhen(disk is null, "No small file system can be mounted here.");
        await using var course = await OpenInAsync(folder.Path, "var a = 1;");
        var page = await course.PageAsync();
        var filler = Path.Combine(folder.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[44_000], TestContext.Current.CancellationToken);
        var text = new StringBuilder("// ").Append('x', 30_000).ToString();
        await TypeAsync(page, 1, text);
        await page.WaitForSelectorAsync("#live-notices .error:has-text('kept in this browser')");
        Assert.Contains("var a = 1;", File.ReadAllText(course.Notebook), StringComparison.Ordinal);

        // Even a page that is loaded again has it.
        await page.ReloadAsync();
        await ReadyAsync(page);
        Assert.Equal(text, await page.EvaluateAsync<string>("() => liveNotebook.cells[0].source"));
        File.Delete(filler);
        await course.SavedAsync(text);
        await page.WaitForFunctionAsync("() => !document.querySelector('#live-notices .error')");
    }
}
