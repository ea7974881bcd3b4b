using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;

namespace Benchmarks;

/// <summary>A program that shows notebooks in a browser, and how its page is asked and told; cells are counted from 0.</summary>
internal abstract class PageHost
{
    private const int Patience = 600_000;

    /// <summary>Functions of the page: <c>measureUntil(condition)</c> makes the promise <c>measured</c> of the milliseconds from the next
    /// key to the frame that shows that the condition holds, and <c>measureKeys()</c> collects the same for each key.</summary>
    public const string Tools = """
        () => {
          const painted = then => requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => then(performance.now());
            port2.postMessage(0);
          });
          window.measureUntil = holds => {
            window.measured = new Promise(done => {
              let start = 0;
              addEventListener('keydown', event => { start = event.timeStamp; }, { capture: true, once: true });
              const observer = new MutationObserver(() => {
                if (start === 0 || !holds()) return;
                observer.disconnect();
                painted(now => done(now - start));
              });
              observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
            });
          };
          const times = [];
          const note = event => painted(now => times.push(now - event.timeStamp));
          window.measureKeys = () => addEventListener('keydown', note, { capture: true });
          window.keysMeasured = () => new Promise(done => {
            removeEventListener('keydown', note, { capture: true });
            setTimeout(() => done(times), 500);
          });
        }
        """;

    public abstract string Name { get; }

    /// <summary>What is typed after a name before the key that asks for its members.</summary>
    public abstract string BeforeCompletion { get; }

    public abstract string CompletionKey { get; }

    /// <summary>The selector of the lines of the list of completions.</summary>
    public abstract string Completions { get; }

    protected abstract string Ready { get; }

    /// <summary>A function that restarts the session, and ends when a cell can be run again.</summary>
    public abstract string Restart { get; }

    protected abstract string RunAll { get; }

    protected abstract string AllDone { get; }

    /// <summary>Starts the program with a learner's command, and returns when it has printed its address.</summary>
    public abstract Task<PageServer> StartAsync();

    public abstract string Select(int cell);

    public abstract string Edit(int cell);

    /// <summary>An expression for the text under a cell.</summary>
    public abstract string Output(int cell);

    public abstract bool IsServer(string command);

    public abstract bool IsSession(string command);

    protected abstract string PageOf(string address, string notebook);

    /// <summary>Goes to a notebook's page, as soon as the server answers, until its cells can be run.</summary>
    public async Task OpenAsync(IPage page, string address, string notebook)
    {
        page.SetDefaultTimeout(Patience);
        await JupyterServer.GoToAsync(page, PageOf(address, notebook));
        await ReadyAsync(page);
    }

    public async Task ReadyAsync(IPage page) => await page.WaitForFunctionAsync(Ready);

    public async Task RunAllAsync(IPage page)
    {
        await page.EvaluateAsync(RunAll);
        await page.WaitForFunctionAsync(AllDone, null, new() { PollingInterval = 500 });
    }
}

/// <summary>The live page of <c>open</c>.</summary>
internal sealed class LiveHost(JupyterFolder folder) : PageHost
{
    public override string Name => "open";

    public override string BeforeCompletion => "";

    public override string CompletionKey => ".";

    public override string Completions => ".cm-tooltip-autocomplete li";

    protected override string Ready => "() => document.querySelector('main[data-ready]') && liveNotebook.session === 'idle'";

    public override string Restart => "() => liveNotebook.connection.send('restart')";

    protected override string RunAll => "() => liveNotebook.connection.send('runAll')";

    protected override string AllDone =>
        "() => liveNotebook.cells.every(cell => !cell.isCode || ['done', 'failed', 'stale'].includes(cell.state))";

    public override string Select(int cell) => $"() => liveNotebook.select(liveNotebook.cells[{cell}])";

    public override string Edit(int cell) =>
        $"() => {{ liveNotebook.select(liveNotebook.cells[{cell}]); liveNotebook.cells[{cell}].edit(); }}";

    public override string Output(int cell) => $"liveNotebook.cells[{cell}].outputsElement.textContent";

    // Not the command dotnet run, which waits for it.
    public override bool IsServer(string command) =>
        command.Contains("/NotebookHost open ", StringComparison.Ordinal) && !command.StartsWith("dotnet run ", StringComparison.Ordinal);

    public override bool IsSession(string command) => command.Contains(" serve-notebook ", StringComparison.Ordinal);

    public override async Task<PageServer> StartAsync()
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "run",
                "--project",
                Path.Combine(Course.Root, "lib", "NotebookHost"),
                "open",
                Path.Combine(folder.Root, "notebooks"),
                "--no-browser",
                "--port",
                $"{Ports.Free()}",
            ]
        )
        {
            WorkingDirectory = Course.Root,
            RedirectStandardOutput = true,
        };
        Course.SetUp(start, folder.Artifacts);
        start.Environment["NOTEBOOK_HOST_HOME"] = Path.Combine(folder.Root, "home");
        var process = TestProcess.Start(start);
        while (true)
        {
            var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("open printed no address.");
            if (line.StartsWith("http://", StringComparison.Ordinal))
            {
                return new PageServer(process, line);
            }
        }
    }

    protected override string PageOf(string address, string notebook) => $"{address}&notebook={notebook}";
}

/// <summary>Debian's Jupyter Notebook with our kernel.</summary>
internal sealed class JupyterHost(JupyterFolder folder) : PageHost
{
    public override string Name => "Jupyter Notebook";

    public override string BeforeCompletion => ".";

    public override string CompletionKey => "Tab";

    public override string Completions => ".completions option";

    protected override string Ready =>
        "() => window.Jupyter?.notebook?._fully_loaded && Jupyter.notebook.kernel?.info_reply?.implementation "
        + "&& document.querySelector('.kernel_idle_icon')";

    public override string Restart =>
        "() => new Promise(done => { Jupyter.notebook.events.one('kernel_ready.Kernel', () => done()); "
        + "Jupyter.notebook.kernel.restart(); })";

    protected override string RunAll => "() => Jupyter.notebook.execute_all_cells()";

    protected override string AllDone =>
        "() => !document.querySelector('.code_cell.running') && document.querySelector('.kernel_idle_icon') "
        + "&& (Jupyter.notebook.save_notebook(), true)";

    public override string Select(int cell) =>
        $"() => {{ Jupyter.notebook.select({cell}); Jupyter.notebook.command_mode(); Jupyter.notebook.focus_cell(); }}";

    public override string Edit(int cell) => $"() => {{ Jupyter.notebook.select({cell}); Jupyter.notebook.edit_mode(); }}";

    public override string Output(int cell) => $"Jupyter.notebook.get_cell({cell}).output_area.element.text()";

    public override bool IsServer(string command) => command.Contains("-m notebook", StringComparison.Ordinal);

    // A kernel and the process of its session.
    public override bool IsSession(string command) => command.Contains("NotebookHost", StringComparison.Ordinal);

    public override Task<PageServer> StartAsync()
    {
        var port = Ports.Free();
        var process = JupyterServer.StartProcess(folder, port);
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        return Task.FromResult(new PageServer(process, $"http://127.0.0.1:{port}"));
    }

    protected override string PageOf(string address, string notebook) => $"{address}/notebooks/notebooks/{notebook}";
}

/// <summary>A server's process, which ends with this object, and its address.</summary>
internal sealed class PageServer(Process process, string address) : IAsyncDisposable
{
    public string Address => address;

    public IReadOnlyList<(int Id, string Command)> Processes => ProcessTree.Of(process.Id);

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }
}

/// <summary>A process and all that it has started, as Linux tells.</summary>
internal static class ProcessTree
{
    public static IReadOnlyList<(int Id, string Command)> Of(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            var name = Path.GetFileName(folder);
            if (int.TryParse(name, CultureInfo.InvariantCulture, out var id) && Line(id, "status", "PPid:") is { } parent)
            {
                parents[id] = int.Parse(parent, CultureInfo.InvariantCulture);
            }
        }

        var tree = new List<int> { root };
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(parents.Where(pair => pair.Value == tree[i]).Select(pair => pair.Key));
        }

        return [.. tree.Select(id => (id, Read(id, "cmdline").Replace('\0', ' ')))];
    }

    /// <summary>A process's share of the memory: pages that several use are divided among them.</summary>
    public static double Mebibytes(int process) => Mebibytes(process, "smaps_rollup", "Pss:");

    /// <summary>The most that a process has had at once, with pages that others use too.</summary>
    public static double PeakMebibytes(int process) => Mebibytes(process, "status", "VmHWM:");

    private static double Mebibytes(int process, string file, string name) =>
        Line(process, file, name) is { } size ? double.Parse(size.Split(' ')[0], CultureInfo.InvariantCulture) / 1024 : 0;

    private static string? Line(int process, string file, string name) =>
        Read(process, file).Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (IOException)
        {
            // It has ended.
            return "";
        }
    }
}
