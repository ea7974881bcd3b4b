using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHost.Documents;

namespace NotebookHost.Tests.RealKernel;

/// <summary>Microsoft's own .NET Interactive, as the judge of what a C# notebook means.</summary>
[Collection("Jupyter")]
public sealed partial class RealKernelTests
{
    private static readonly string? DotnetInteractive = new[]
    {
        Environment.GetEnvironmentVariable("DOTNET_INTERACTIVE"),
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet", "tools", "dotnet-interactive"),
    }.FirstOrDefault(File.Exists);

    /// <summary>Cells of all kinds in both kernels: status, MIME types, text and the variables' values afterwards are the same, or the
    /// file of the cells says why not, and docs/reference.md too.</summary>
    [Fact]
    public async Task Cells_do_the_same_in_both_kernels()
    {
        using var folder = await FolderAsync();
        var script = Path.Combine(Course.Root, "tests", "NotebookHost.Tests", "RealKernel");
        using var compare = folder.StartPython([
            Path.Combine(script, "compare.py"),
            Path.Combine(script, "cells.txt"),
            ".net-csharp",
            "real",
        ]);
        var (code, report, errors) = await TestProcess.EndAsync(compare);
        Assert.True(code == 0, report + errors);
    }

    /// <summary>The course by nbclient (nbconvert), with .NET Interactive as its kernel.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_runs_the_whole_course_and_shows_its_charts(bool solved)
    {
        using var folder = await FolderAsync();
        var notebooks = Path.Combine(folder.Root, "notebooks");
        foreach (var file in Directory.GetFiles(notebooks, "*.ipynb"))
        {
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            // One epoch where it need not be ten: what is trained is another test's question.
            text = Epochs().Replace(solved ? TaskCells.Solve(text) : text, "$1 = 1;");
            await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        }

        // The exercise solved is a notebook of its own.
        var results = await folder.NbConvertAsync(
            [
                .. Course.Notebooks.Select(path => Path.Combine(notebooks, Path.GetFileName(path))),
                .. solved ? Directory.GetFiles(notebooks, "*solution*") : [],
            ],
            kernel: "real"
        );
        var executed = Directory.GetFiles(results, "*.ipynb");
        Assert.Equal(Course.Notebooks.Count + (solved ? 1 : 0), executed.Length);
        var charts = 0;
        foreach (var file in executed)
        {
            foreach (var cell in NotebookDocument.Load(file).Cells.Where(cell => cell.Kind == CellKind.Code))
            {
                foreach (var shown in cell.Outputs)
                {
                    var where =
                        $"{Path.GetFileName(file)}, cell {cell.Id}: {shown!.ToJsonString()[..Math.Min(400, shown.ToJsonString().Length)]}";
                    Assert.True((string?)shown["output_type"] != "error", where);
                    Assert.True((string?)shown["name"] != "stderr" || IsKnownWarning(shown["text"]!), where);
                    var html = shown["data"]?["text/html"]?.ToJsonString() ?? "";
                    charts +=
                        html.Contains("plotly-source", StringComparison.Ordinal) || html.Contains("chart-", StringComparison.Ordinal)
                            ? 1
                            : 0;
                    // A chart or a card whose formatter was not found is shown by its properties.
                    Assert.True(
                        !html.Contains("PlotlyChart", StringComparison.Ordinal) && !html.Contains("CnnTutorial.", StringComparison.Ordinal),
                        where
                    );
                }
            }
        }

        Assert.True(charts > 15, $"{charts} charts");
    }

    [GeneratedRegex("(var epochs|var compareEpochs) = 10;")]
    private static partial Regex Epochs();

    /// <summary>.NET Interactive shows what the SDK's own builds suppress: TorchSharp is built for an older .NET.</summary>
    private static bool IsKnownWarning(JsonNode text) =>
        string.Concat(text.AsArray().Select(line => line!.ToString()))
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .All(line => line.StartsWith("warning CS1701: ", StringComparison.Ordinal));

    /// <summary>A folder of the course, in which Jupyter knows this project's kernel and, as "real", .NET Interactive.</summary>
    private static async Task<JupyterFolder> FolderAsync()
    {
        Assert.SkipWhen(
            DotnetInteractive is null,
            "The dotnet tool Microsoft.dotnet-interactive is not installed, or DOTNET_INTERACTIVE does not name its program."
        );
        await JupyterFolder.NeedAsync("nbconvert", "jupyter-nbconvert");
        var folder = new JupyterFolder();
        await folder.InstallKernelAsync();
        var real = Directory.CreateDirectory(Path.Combine(folder.Root, "share", "jupyter", "kernels", "real")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(real, "kernel.json"),
            JsonSerializer.Serialize(
                new Dictionary<string, object>
                {
                    ["argv"] = (string[])[DotnetInteractive, "jupyter", "--default-kernel", "csharp", "{connection_file}"],
                    ["display_name"] = ".NET Interactive",
                    ["language"] = "C#",
                    ["interrupt_mode"] = "message",
                    ["env"] = new Dictionary<string, string> { ["DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT"] = "1" },
                }
            ),
            TestContext.Current.CancellationToken
        );
        return folder;
    }
}
