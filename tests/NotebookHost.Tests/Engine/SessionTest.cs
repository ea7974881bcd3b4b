using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

/// <summary>A session in an empty folder, and short ways to run cells in it.</summary>
/// <remarks>One at a time: a thread that carries no context belongs to the process's running cell, and here there must be only
/// one.</remarks>
[Collection("Session")]
public abstract class SessionTest : IDisposable
{
    private readonly Lazy<NotebookSession> _session;
    private int _cells;

    private protected SessionTest() =>
        _session = new Lazy<NotebookSession>(() => new NotebookSession(Options with { WorkingDirectory = Folder }));

    protected string Folder { get; } = Directory.CreateTempSubdirectory("session-").FullName;

    private protected SessionOptions Options { get; set; } = new();

    /// <summary>The file that the cells belong to.</summary>
    private protected string? NotebookPath { get; set; }

    private protected NotebookSession Session => _session.Value;

    public void Dispose()
    {
        if (_session.IsValueCreated)
        {
            Session.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected async Task<(RecordingSink Sink, Ended Result)> TryRun(
        string code,
        string language = "csharp",
        bool parameters = false
    )
    {
        var sink = new RecordingSink();
        var result = await Session.ExecuteAsync(
            new CellRequest(code, ++_cells, language, parameters, NotebookPath),
            sink.Receive,
            TestContext.Current.CancellationToken
        );
        return (sink, result);
    }

    private protected async Task<RecordingSink> Run(string code, bool parameters = false)
    {
        var (sink, result) = await TryRun(code, parameters: parameters);
        Assert.True(
            result.Status == CellStatus.Ok,
            $"{result.Status}: {result.Error?.Message}\n{string.Join('\n', result.Error?.Traceback ?? [])}"
        );
        return sink;
    }

    private protected async Task<CellError> Fail(string code, string language = "csharp", bool parameters = false)
    {
        var (sink, result) = await TryRun(code, language, parameters);
        Assert.Equal(CellStatus.Error, result.Status);
        Assert.Same(result.Error, sink.Error);
        return result.Error!;
    }

    /// <summary>Writes a notebook of code cells into the session's folder.</summary>
    protected void Notebook(string name, params string[] cells) => Samples.Write(Path.Combine(Folder, name), cells);
}
