using System.Diagnostics;
using System.Text.Json;

namespace Notebooks.Tests;

[Collection(nameof(BundledCourse))]
public sealed class BundledCourseTests(BundledCourse course)
{
    [Fact]
    public void Every_notebook_passes()
    {
        Assert.True(course.Run.ExitCode == 0, course.Run.ToString());
        var notebooks = course.Run.Summary.GetProperty("notebooks").EnumerateArray().ToList();
        Assert.Equal(Course.Notebooks.Select(Path.GetFileName), notebooks.Select(notebook => notebook.GetProperty("name").GetString()));
        Assert.All(
            notebooks,
            notebook =>
            {
                Assert.Equal("passed", notebook.GetProperty("status").GetString());
                Assert.Equal(notebook.GetProperty("cells").GetInt32(), notebook.GetProperty("cellsRun").GetInt32());
            }
        );
        Assert.True(File.Exists(course.Run.File("index.html")));
    }

    [Fact]
    public void It_says_that_it_used_the_sample_and_how_to_get_all_of_mnist()
    {
        var page = File.ReadAllText(course.Run.File("02-data.html"));
        Assert.Contains("About the data", page, StringComparison.Ordinal);
        Assert.Contains("5,000 real handwritten digits", page, StringComparison.Ordinal);
        Assert.Contains("set CNN_TUTORIAL_DATA", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_network_reads_the_bundled_digits()
    {
        var metrics = course.Run.Metrics;
        Assert.True(metrics.GetProperty("isSample").GetBoolean());
        Assert.Equal(
            (3500, 500, 1000, 10),
            (
                metrics.GetProperty("trainCount").GetInt32(),
                metrics.GetProperty("validationCount").GetInt32(),
                metrics.GetProperty("testCount").GetInt32(),
                metrics.GetProperty("epochs").GetInt32()
            )
        );
        Assert.InRange(metrics.GetProperty("testAccuracy").GetDouble(), 0.95, 1);
        Assert.Contains("validation accuracy", metrics.GetProperty("learningRateReason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_notebooks_say_of_the_network_is_so()
    {
        var outputs = course.Run.Outputs("03-model.ipynb");
        Assert.Contains("By hand: 235,262. In the network: 235,262.", outputs, StringComparison.Ordinal);
        foreach (var count in (string[])["240", "7,812", "225,920", "1,290", "235,262"])
        {
            Assert.Contains($">{count}</td>", outputs, StringComparison.Ordinal);
        }

        var line = course.Run.Outputs("04-compile.ipynb").Split("Loss of the untrained network: ")[1];
        Assert.InRange(double.Parse(line[..5]), 2.1, 2.5);
    }

    [Fact]
    public void Progress_moved_in_one_output()
    {
        var notebook = Notebook("05-train.ipynb");
        var fit = notebook.GetProperty("cells").EnumerateArray().Single(cell => cell.GetProperty("id").GetString() == "train-fit");
        var outputs = fit.GetProperty("outputs").EnumerateArray().ToList();
        Assert.Equal(2, outputs.Count);
        Assert.Contains(
            "aria-valuenow=\\\"100.0\\\"",
            outputs[0].GetRawText().Replace("\\u0022", "\\\"", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.Contains("10 epochs in", outputs[0].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Executed_notebooks_are_valid_nbformat()
    {
        await JupyterFolder.NeedAsync("nbformat", "python3-nbformat");
        foreach (var notebook in Course.Notebooks)
        {
            var (code, errors) = await PythonAsync(
                "import sys, nbformat; nbformat.validate(nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT), "
                    + "relax_add_props=False)",
                course.Run.File(Path.GetFileName(notebook))
            );
            Assert.True(code == 0, errors);
        }
    }

    [Fact]
    public void Pages_ask_for_nothing_outside_themselves()
    {
        foreach (var page in Directory.GetFiles(course.Run.File(""), "*.html"))
        {
            var html = File.ReadAllText(page);
            Assert.DoesNotContain("<script src=", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<link rel=\"stylesheet\"", html, StringComparison.OrdinalIgnoreCase);
            Assert.InRange(html.Split("class=\"plotly-source\"").Length - 1, 0, 1);
            Assert.InRange(new FileInfo(page).Length, 1, 4_000_000);
        }
    }

    private JsonElement Notebook(string name) => JsonDocument.Parse(File.ReadAllText(course.Run.File(name))).RootElement;

    private static async Task<(int Code, string Errors)> PythonAsync(params string[] arguments)
    {
        using var process = TestProcess.Start(
            new ProcessStartInfo("/usr/bin/python3", ["-c", .. arguments]) { RedirectStandardError = true }
        );
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, errors);
    }
}
