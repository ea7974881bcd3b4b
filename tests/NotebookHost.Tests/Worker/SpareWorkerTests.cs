using System.Diagnostics;
using System.Globalization;
using NotebookHost.Engine;
using NotebookHost.Worker;

namespace NotebookHost.Tests.Worker;

/// <summary>The session that waits for the next notebook.</summary>
public sealed class SpareWorkerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spare-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string> Value(WorkerHandle worker, string code)
    {
        worker.Send(new ExecuteCell(1, new CellRequest(code, 1)));
        var value = "";
        await foreach (var message in worker.Messages.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            switch (message)
            {
                case CellPutOut { Event: StreamText text }:
                    value += text.Text;
                    break;
                case CellPutOut { Event: Ended ended }:
                    Assert.Equal(CellStatus.Ok, ended.Status);
                    return value;
            }
        }

        throw new InvalidOperationException("the worker ended");
    }

    private static async Task<DateTime> Start(WorkerHandle worker) =>
        DateTime.Parse(
            await Value(
                worker,
                "Console.Write(System.Diagnostics.Process.GetCurrentProcess().StartTime.ToUniversalTime().ToString(\"O\"))"
            ),
            CultureInfo.InvariantCulture,
            DateTimeStyles.RoundtripKind
        );

    /// <summary>The processes that run in the folder.</summary>
    private List<int> Processes() =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Where(process =>
                {
                    try
                    {
                        return new FileInfo(Path.Combine(process, "cwd")).LinkTarget == _folder;
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        return false;
                    }
                })
                .Select(process => int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture)),
        ];

    private async Task<int> OnlyProcess()
    {
        List<int> processes;
        while ((processes = Processes()) is not [_])
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return processes[0];
    }

    [Fact]
    public async Task It_is_there_before_it_is_asked_for_and_so_is_the_next()
    {
        await using var spare = new SpareWorker(_folder);
        spare.Prepare();
        for (var i = 0; i < 2; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken);
            var asked = DateTime.UtcNow;
            await using var worker = await spare.TakeAsync(_folder);
            Assert.InRange(await Start(worker), asked - TimeSpan.FromSeconds(9), asked);
            Assert.Equal(_folder, await Value(worker, "Console.Write(Environment.CurrentDirectory)"));
        }
    }

    [Fact]
    public async Task One_that_was_killed_is_not_given_away()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Its process is looked for in /proc.");
        await using var spare = new SpareWorker(_folder);
        spare.Prepare();
        using (var killed = Process.GetProcessById(await OnlyProcess()))
        {
            killed.Kill();
            await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await using var worker = await spare.TakeAsync(_folder);
        Assert.Equal("2", await Value(worker, "Console.Write(1 + 1)"));
    }

    [Fact]
    public async Task It_ends_with_its_owner()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Its process is looked for in /proc.");
        await using (var spare = new SpareWorker(_folder))
        {
            spare.Prepare();
            await OnlyProcess();
        }

        Assert.Empty(Processes());
    }

    [Fact]
    public async Task A_notebook_in_another_folder_gets_one_that_runs_there()
    {
        await using var spare = new SpareWorker(_folder);
        spare.Prepare();
        var below = Directory.CreateDirectory(Path.Combine(_folder, "below")).FullName;
        await using var worker = await spare.TakeAsync(below);
        Assert.Equal(below, await Value(worker, "Console.Write(Environment.CurrentDirectory)"));
    }

    [Fact]
    public async Task A_folder_that_is_gone_is_named()
    {
        var gone = Directory.CreateDirectory(Path.Combine(_folder, "gone")).FullName;
        await using var spare = new SpareWorker(gone);
        spare.Prepare();
        Directory.Delete(gone);
        var error = await Assert.ThrowsAsync<IOException>(() => spare.TakeAsync(gone));
        Assert.Contains($"{gone} is not there any more", error.Message, StringComparison.Ordinal);
    }
}
