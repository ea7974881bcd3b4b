using Microsoft.Playwright;
using NotebookHost.Documents;
using static Notebooks.Tests.Live.LiveCourse;

namespace Notebooks.Tests.Live;

/// <summary>Notebooks 00 to 08 in the browser, as a learner with nothing but a keyboard does them: every cell, task and quiz, and a digit
/// drawn.</summary>
public sealed class LiveKeyboardCourseTests
{
    private const int MostStops = 400;
    private const string Exercise = "07-exercise-fashion-mnist.ipynb";

    /// <summary>In sittings, of which each begins with the notebooks as the course has them.</summary>
    [Theory]
    [InlineData("00", "01", "02")]
    [InlineData("03", "04")]
    [InlineData("05", "06")]
    [InlineData("07-e")]
    [InlineData("08")]
    public async Task Every_task_is_solved_and_every_quiz_answered(params string[] notebooks)
    {
        string[] names =
        [
            .. notebooks.Select(begin =>
                Course.Notebooks.Select(path => Path.GetFileName(path)).Single(name => name.StartsWith(begin, StringComparison.Ordinal))
            ),
        ];
        await using var course = await OpenWholeAsync();
        var page = await course.IndexAsync();
        await TabToAsync(page, page.MainFrame, $".results h2 a[href$='{names[0]}']");
        await page.Keyboard.PressAsync("Enter");
        foreach (var name in names)
        {
            await page.WaitForFunctionAsync("name => location.pathname.endsWith(name)", name);
            await ReadyAsync(page);
            await WorkThroughAsync(page, name);
            if (name != names[^1])
            {
                await TabToAsync(page, page.MainFrame, "a[rel=next]");
                await page.Keyboard.PressAsync("Enter");
            }
        }

        var index = await course.IndexAsync();
        foreach (var name in names)
        {
            var done = index.Locator($".results > [data-notebook='{name}'] .done").Filter(new() { HasText = "quiz: " });
            Assert.Matches(@"^((\d+) of \2 tasks passed · )?quiz: (\d+) of \3 right", await done.InnerTextAsync());
        }

        Assert.Empty(course.Problems);
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
            }

            if (id.EndsWith("-quiz", StringComparison.Ordinal))
            {
                await AnswerQuizAsync(page, id);
            }
            else if (id == "results-pad")
            {
                await DrawOneAsync(page, id);
            }

            if (cell < cells)
            {
                await page.Keyboard.PressAsync("ArrowDown");
            }
        }

        Assert.Empty(answers);
    }

    /// <summary>What is typed in a notebook, by the id of the cell that it belongs into.</summary>
    private static Dictionary<string, string> Answers(string name)
    {
        var cells = Cells(name);
        var answers = cells
            .Where(cell => cell.Tags.Contains(TaskCells.Tag))
            .Zip(cells.SelectMany(cell => TaskCells.Solutions(cell.Source)))
            .ToDictionary(pair => pair.First.Id!, pair => pair.Second);
        if (name == Exercise)
        {
            foreach (
                var (own, solved) in cells
                    .Zip(Cells("07-solution-fashion-mnist.ipynb"))
                    .Where(pair => pair.First.Source != pair.Second.Source)
            )
            {
                answers[own.Id!] = solved.Source;
            }

            // The six trainings would take longer than a test may.
            answers["exercise-compare-parameters"] = "var compare = false;\nvar compareEpochs = 1;";
        }

        return answers;
    }

    private static IReadOnlyList<NotebookCell> Cells(string name) =>
        NotebookDocument.Load(Path.Combine(Course.Root, "notebooks", name)).Cells;

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

    /// <summary>Draws a 1 on a pad: a line from the pen's place downwards.</summary>
    private static async Task DrawOneAsync(IPage page, string id)
    {
        var frame = await FrameAsync(page, id, ".cnn-pad[data-ready]");
        await TabToAsync(page, frame, "[data-part=paper]");
        foreach (var key in (string[])[.. Handwriting.KeysOfOne, "Space"])
        {
            await page.Keyboard.PressAsync(key);
        }

        await frame.Locator("[data-part=spoken]:has-text('One, ')").WaitForAsync(new() { State = WaitForSelectorState.Attached });
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
