using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotebookHost.Documents;

namespace Support;

/// <summary>Runs the course's program as a learner does, with results in a folder of the test's own.</summary>
internal static class Course
{
    public static string Root { get; } = FindRoot();

    /// <summary>The notebooks in the order of the course, without solutions.</summary>
    public static IReadOnlyList<string> Notebooks { get; } =
    [
        .. Directory
            .GetFiles(Path.Combine(Root, "notebooks"), "*.ipynb")
            .Where(file => !file.Contains("solution", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    public static async Task<CourseRun> RunAsync(string folder, string? data, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "NotebookHost.dll"), "run", "--output", Path.Combine(folder, "tutorial"), .. arguments]
        )
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        SetUp(start, folder, data);
        using var process = TestProcess.Start(start);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CourseRun(folder, process.ExitCode, await output, await errors);
    }

    /// <summary>The course offline, on the given data or else the bundled sample, with results and cache in a folder of the test's
    /// own.</summary>
    public static void SetUp(ProcessStartInfo start, string folder, string? data = null)
    {
        start.Environment["CNN_TUTORIAL_ARTIFACTS"] = folder;
        start.Environment["CNN_TUTORIAL_CACHE"] = Path.Combine(folder, "cache");
        start.Environment["CNN_TUTORIAL_OFFLINE"] = "1";
        if (data is null)
        {
            start.Environment.Remove("CNN_TUTORIAL_DATA");
        }
        else
        {
            start.Environment["CNN_TUTORIAL_DATA"] = data;
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CnnTutorial.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        return folder.FullName;
    }
}

/// <summary>What a run left behind.</summary>
internal sealed record CourseRun(string Folder, int ExitCode, string Output, string Errors)
{
    public JsonElement Metrics => Json(Path.Combine(Folder, "mnist", "metrics.json"));

    public JsonElement Summary => Json(Path.Combine(Folder, "tutorial", "summary.json"));

    /// <summary>What a notebook's cells put out, as text and HTML.</summary>
    public string Outputs(string notebook) =>
        string.Concat(
            NotebookDocument
                .Load(File(notebook))
                .Cells.Where(cell => cell.Kind == CellKind.Code)
                .SelectMany(cell => cell.Outputs)
                .SelectMany(output => Lines(output!["text"] ?? output["data"]?["text/html"]))
        );

    public string File(string name) => Path.Combine(Folder, "tutorial", name);

    /// <summary>The text of the first cell that failed.</summary>
    public string Error =>
        Summary
            .GetProperty("notebooks")
            .EnumerateArray()
            .Select(notebook => notebook.GetProperty("error"))
            .First(error => error.ValueKind != JsonValueKind.Null)
            .GetProperty("message")
            .GetString()!;

    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Errors}";

    private static IEnumerable<string> Lines(JsonNode? text) =>
        text is JsonArray lines ? lines.Select(line => line!.ToString()) : [text?.ToString() ?? ""];

    private static JsonElement Json(string path)
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllText(path));
        return document.RootElement.Clone();
    }
}
