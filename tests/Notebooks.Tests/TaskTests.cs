using System.Text.Json.Nodes;

namespace Notebooks.Tests;

/// <summary>The small tasks of notebooks 00 to 06, as a learner finds them, and filled in.</summary>
[Collection(nameof(BundledCourse))]
public sealed class TaskTests(BundledCourse course)
{
    private const string Check = "Exercise.Check";

    private static IReadOnlyList<string> WithTasks { get; } =
    [.. Course.Notebooks.Where(path => Cells(path).Exists(TaskCells.IsTask)).Select(path => Path.GetFileName(path))];

    public static TheoryData<string> Names() => [.. WithTasks];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_task_has_three_hints_a_check_and_a_solution(string name)
    {
        var cells = Cells(In(name));
        foreach (var check in cells.Where(IsCheck))
        {
            var at = cells.IndexOf(check);
            var task = cells.FindLastIndex(at, cell => !TaskCells.IsTask(cell) && cell != check);
            Assert.True(TaskCells.IsTask(cells[task + 1]), TaskCells.Source(check));
            Assert.Equal(
                ["Hint 1: where to look", "Hint 2: which calls", "Hint 3: nearly the code"],
                TaskCells.FoldedTitles(TaskCells.Source(cells[task])).Where(title => title.StartsWith("Hint", StringComparison.Ordinal))
            );
            Assert.NotEmpty(TaskCells.Solutions(TaskCells.Source(cells[at + 1])));
        }

        Assert.All(
            cells.Where(TaskCells.IsTask),
            cell => Assert.Contains("throw new NotImplementedException(\"", TaskCells.Source(cell), StringComparison.Ordinal)
        );
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Unsolved_each_check_says_not_yet(string name)
    {
        // BundledCourseTests checks that the notebooks run to their end without an error.
        var outputs = course.Run.Outputs(name);
        // An import shows the checks of the notebooks that it runs, too.
        Assert.InRange(Count(outputs, "○ Not yet. Task"), Checks(name), int.MaxValue);
        Assert.DoesNotContain("✓ Passed. Task", outputs, StringComparison.Ordinal);
        Assert.DoesNotContain("✗ Not right yet. Task", outputs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filled_in_with_their_own_solutions_all_pass()
    {
        using var folder = new JupyterFolder();
        string[] files = [.. WithTasks.Select(name => Path.Combine(folder.Root, "notebooks", name))];
        foreach (var file in files)
        {
            await File.WriteAllTextAsync(
                file,
                TaskCells.Solve(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)),
                TestContext.Current.CancellationToken
            );
        }

        // Few epochs: another test checks what training reaches.
        var run = await Course.RunAsync(folder.Artifacts, data: null, [.. files, "--set", "epochs=1"]);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.All(
            WithTasks,
            name =>
            {
                var outputs = run.Outputs(name);
                Assert.InRange(Count(outputs, "✓ Passed. Task"), Checks(name), int.MaxValue);
                Assert.DoesNotContain("○ Not yet. Task", outputs, StringComparison.Ordinal);
                Assert.DoesNotContain("✗ Not right yet. Task", outputs, StringComparison.Ordinal);
            }
        );
    }

    private static int Checks(string name) => Cells(In(name)).Count(IsCheck);

    private static bool IsCheck(JsonNode cell) =>
        cell["cell_type"]!.ToString() == "code" && TaskCells.Source(cell).Contains(Check, StringComparison.Ordinal);

    private static string In(string name) => Path.Combine(Course.Root, "notebooks", name);

    private static List<JsonNode> Cells(string path) =>
        [.. JsonNode.Parse(File.ReadAllText(path))!["cells"]!.AsArray().Select(cell => cell!)];

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
