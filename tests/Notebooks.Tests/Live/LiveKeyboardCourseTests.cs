using Microsoft.Playwright;
using NotebookHost.Documents;
using static Notebooks.Tests.Live.LiveCourse;

namespace Notebooks.Tests.Live;

/// <summary>The whole course in the browser, as a learner with nothing but a keyboard does it: every cell, task and quiz.</summary>
public sealed class LiveKeyboardCourseTests
{
    private const string Exercise = "07-exercise-fashion-mnist.ipynb";
    private const string Solution = "07-solution-fashion-mnist.ipynb";
    private const int MostStops = 400;

    [Fact]
    public async Task From_00_to_08_every_task_is_solved_every_quiz_answered_and_a_picture_drawn()
    {
        await using var course = await OpenWholeAsync();
        var page = await course.IndexAsync();
        await TabToAsync(page, page.MainFrame, ".results h2 a");
        await page.Keyboard.PressAsync("Enter");
        foreach (var name in Course.Notebooks.Select(path => Path.GetFileName(path)).Where(name => name != Solution))
        {
            await ReadyAsync(page);
            Assert.EndsWith(name, page.Url, StringComparison.Ordinal);
            await WorkThroughAsync(page, name);
            if (name != "08-your-own-pictures.ipynb")
            {
                await GoOnAsync(page, name);
            }

            if (name == Exercise)
            {
                // The solution is not run.
                await ReadyAsync(page);
                await GoOnAsync(page, Solution);
            }
        }

        var index = await course.IndexAsync();
        var done = index.Locator($".results > :not([data-notebook='{Solution}']) .done");
        await done.Filter(new() { HasText = "quiz: " }).Nth(Course.Notebooks.Count - 2).WaitForAsync();
        Assert.All(
            await done.AllInnerTextsAsync(),
            text => Assert.Matches(@"^((\d+) of \2 tasks passed · )?quiz: (\d+) of \3 right", text)
        );
        Assert.Empty(course.Problems);
    }

    /// <summary>Follows the link to the next notebook.</summary>
    private static async Task GoOnAsync(IPage page, string name)
    {
        await TabToAsync(page, page.MainFrame, "a[rel=next]");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForFunctionAsync("name => !location.pathname.endsWith(name)", name);
    }

    /// <summary>Runs every cell from the first to the last, and does what the notebook asks for.</summary>
    private static async Task WorkThroughAsync(IPage page, string name)
    {
        var answers = Answers(name);
        var cells = await page.EvaluateAsync<int>("() => liveNotebook.cells.length");
        for (var cell = 1; cell <= cells; cell++)
        {
            var (id, isCode) = (
                await page.EvaluateAsync<string>("cell => liveNotebook.cells[cell - 1].id", cell),
                await page.EvaluateAsync<bool>("cell => liveNotebook.cells[cell - 1].isCode", cell)
            );
            if (answers.Remove(id, out var answer))
            {
                await page.Keyboard.PressAsync("Enter");
                await page.Keyboard.PressAsync("Control+A");
                await page.Keyboard.InsertTextAsync(answer);
                await LeaveAsync(page);
            }

            await page.Keyboard.PressAsync("Control+Enter");
            if (id == "train-fit")
            {
                // The training goes on without its page.
                await StateAsync(page, cell, "running");
                await page.ReloadAsync();
                await ReadyAsync(page);
                await page.EvaluateAsync("cell => liveNotebook.select(liveNotebook.cells[cell - 1])", cell);
            }

            if (isCode)
            {
                await page.WaitForFunctionAsync(
                    "cell => ['done', 'failed'].includes(liveNotebook.cells[cell - 1].state)",
                    cell,
                    new() { Timeout = 300_000 }
                );
                var shown = await OutputAsync(page, cell);
                Assert.True(
                    await page.EvaluateAsync<string>("cell => liveNotebook.cells[cell - 1].state", cell) == "done",
                    $"{name}, cell {cell} ({id}): {shown}"
                );
                Assert.DoesNotContain("Not right yet", shown, StringComparison.Ordinal);
                Assert.DoesNotContain("Not yet.", shown, StringComparison.Ordinal);
            }

            if (id.EndsWith("-quiz", StringComparison.Ordinal))
            {
                await AnswerQuizAsync(page, id);
            }
            else if (id == "results-pad")
            {
                await DrawAsync(page, id);
            }

            if (cell < cells)
            {
                await page.Keyboard.PressAsync("ArrowDown");
            }
        }

        Assert.Empty(answers);
    }

    /// <summary>The solutions of a notebook's tasks, by the id of the cell that they belong into.</summary>
    private static Dictionary<string, string> Answers(string name)
    {
        var cells = NotebookDocument.Load(Path.Combine(Course.Root, "notebooks", name)).Cells;
        if (name == Exercise)
        {
            return NotebookDocument
                .Load(Path.Combine(Course.Root, "notebooks", Solution))
                .Cells.Where(cell => cell.Tags.Contains("solution"))
                .ToDictionary(cell => cell.Id!, cell => cell.Source);
        }

        return cells
            .Where(cell => cell.Tags.Contains(TaskCells.Tag))
            .Zip(cells.SelectMany(cell => TaskCells.Solutions(cell.Source)))
            .ToDictionary(pair => pair.First.Id!, pair => pair.Second);
    }

    /// <summary>Esc closes one popup after the other, and then leaves the cell.</summary>
    private static async Task LeaveAsync(IPage page)
    {
        for (var popups = 0; popups < 4 && await page.EvaluateAsync<bool>("() => liveNotebook.current.isEditing"); popups++)
        {
            await page.Keyboard.PressAsync("Escape");
        }
    }

    /// <summary>Chooses what is right, loads the page again, and finds it chosen.</summary>
    private static async Task AnswerQuizAsync(IPage page, string id)
    {
        var frame = await FrameAsync(page, id, ".cnn-quiz[data-ready]");
        var questions = await frame.Locator("[data-question]").CountAsync();
        for (var question = 0; question < questions; question++)
        {
            await TabToAsync(page, frame, $"[data-question]:nth-child({question + 1}) .right > summary");
            await page.Keyboard.PressAsync("Enter");
        }

        var score = $"Right at the first choice: {questions} of {questions}.";
        await frame.GetByText(score).WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.ReloadAsync();
        await ReadyAsync(page);
        await page.EvaluateAsync("id => liveNotebook.select(liveNotebook.find(id))", id);
        frame = await FrameAsync(page, id, ".cnn-quiz[data-ready]");
        await frame.GetByText(score).WaitForAsync();
        Assert.Equal(questions, await frame.Locator("details[open]").CountAsync());
    }

    /// <summary>Draws a one, and waits for the network's answer.</summary>
    private static async Task DrawAsync(IPage page, string id)
    {
        var frame = await FrameAsync(page, id, "[data-part=paper]");
        await TabToAsync(page, frame, "[data-part=paper]");
        for (var step = 0; step < 8; step++)
        {
            await page.Keyboard.PressAsync("ArrowUp");
        }

        await page.Keyboard.PressAsync("Space");
        for (var step = 0; step < 16; step++)
        {
            await page.Keyboard.PressAsync("ArrowDown");
        }

        await page.Keyboard.PressAsync("Space");
        await frame.WaitForFunctionAsync("() => /^\\d, /.test(document.querySelector('[data-part=answer]').textContent)");
        await page.Keyboard.PressAsync("Escape");
    }

    /// <summary>Presses Tab until what has the focus matches.</summary>
    private static async Task TabToAsync(IPage page, IFrame frame, string selector)
    {
        for (var stop = 0; stop < MostStops; stop++)
        {
            if (await frame.EvaluateAsync<bool>("selector => document.hasFocus() && document.activeElement.matches(selector)", selector))
            {
                return;
            }

            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"{MostStops} times Tab did not lead to {selector}.");
    }

    /// <summary>The frame of a cell's output, when it shows an element.</summary>
    private static async Task<IFrame> FrameAsync(IPage page, string id, string selector)
    {
        var element = await page.WaitForSelectorAsync($"[data-cell={id}] iframe");
        var frame = (await element!.ContentFrameAsync())!;
        await frame.WaitForSelectorAsync(selector);
        return frame;
    }
}
