using System.Diagnostics;
using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Running;

/// <summary>The built program, started as a user starts it, in an empty folder.</summary>
public abstract class ProgramTest : IDisposable
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("run-").FullName;

    protected string Output => Path.Combine(Folder, "out");

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string Notebook(string name, params string[] cells) => Samples.Write(Path.Combine(Folder, name), cells);

    protected static string Program { get; } =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "NotebookHost.exe" : "NotebookHost");

    protected Process Start(params string[] arguments) => Start(null, arguments);

    protected Process Start(Dictionary<string, string>? environment, string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return TestProcess.Start(start);
    }

    protected async Task<(int ExitCode, string Out, string Error)> Run(params string[] arguments)
    {
        using var process = Start(arguments);
        return await End(process);
    }

    private protected static async Task<(int ExitCode, string Out, string Error)> End(Process process)
    {
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }

    protected JsonNode Summary() => JsonNode.Parse(File.ReadAllText(Path.Combine(Output, "summary.json")))!;

    protected JsonNode Executed(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Output, name)))!;

    /// <summary>The console text of a cell of an executed notebook, cells from 1.</summary>
    /// <param name="name">The notebook.</param>
    /// <param name="cell">The cell's number.</param>
    /// <param name="stream">Only this stream's text.</param>
    protected string Text(string name, int cell, string? stream = null) =>
        string.Concat(
            Executed(name)["cells"]![cell - 1]!["outputs"]!
                .AsArray()
                .Where(output => (string)output!["output_type"]! == "stream" && (stream is null || (string)output["name"]! == stream))
                .SelectMany(output => output!["text"] is JsonArray lines ? lines.Select(line => (string)line!) : [(string)output["text"]!])
        );

    protected static async Task WaitUntil(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 600, "it did not happen within 30 s");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private protected static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
