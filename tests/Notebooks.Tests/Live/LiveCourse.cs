using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using NotebookHost.Live;

namespace Notebooks.Tests.Live;

/// <summary>A folder with one notebook, the server of <c>open</c> for it, and a browser that notes what a page must not do.</summary>
internal sealed class LiveCourse : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string? _elsewhere;
    private readonly TemporaryFolder _user = new();
    private JupyterFolder? _notebooks;
    private LiveServer? _server;
    private Process? _process;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IBrowserContext? _context;

    private LiveCourse(string? folder = null) => _elsewhere = folder;

    /// <summary>Errors of pages, and what they asked for outside the server.</summary>
    public List<string> Problems { get; } = [];

    public string Folder => _elsewhere ?? _folder.Path;

    public string Notebook => Path.Combine(Folder, "n.ipynb");

    /// <summary>The address with the token.</summary>
    public string Address { get; private set; } = "";

    /// <param name="cells">The sources; those that begin with "[text]" are text cells, those with "[check]" check a task.</param>
    public static Task<LiveCourse> OpenAsync(params string[] cells) => OpenInAsync(null, cells);

    /// <summary>The same in a folder that exists already.</summary>
    public static async Task<LiveCourse> OpenInAsync(string? folder, params string[] cells)
    {
        Chromium.Need();
        var course = new LiveCourse(folder);
        course.Write(cells);
        await course.StartAsync();
        return course;
    }

    /// <summary>The same with the server in a process of its own, which can be killed; it is not started yet.</summary>
    public static async Task<LiveCourse> WithoutServerAsync(params string[] cells)
    {
        Chromium.Need();
        var course = new LiveCourse();
        course.Write(cells);
        await course.StartBrowserAsync();
        return course;
    }

    /// <summary>Starts <c>open</c> as a learner does.</summary>
    public async Task<Process> StartProcessAsync(int port)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "NotebookHost.dll"), "open", Folder, "--no-browser", "--port", $"{port}"]
        )
        {
            RedirectStandardOutput = true,
        };
        start.Environment["NOTEBOOK_HOST_HOME"] = _user.Path;
        if (_notebooks is not null)
        {
            Course.SetUp(start, _notebooks.Artifacts);
        }

        var process = TestProcess.Start(start);
        do
        {
            Address = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("no address was printed");
        } while (!Address.StartsWith("http://", StringComparison.Ordinal));

        return process;
    }

    /// <summary>The notebooks of the course themselves, offline, with the bundled data.</summary>
    public static async Task<LiveCourse> OpenWholeAsync()
    {
        Chromium.Need();
        var notebooks = new JupyterFolder();
        var course = new LiveCourse(Path.Combine(notebooks.Root, "notebooks")) { _notebooks = notebooks };
        course._process = await course.StartProcessAsync(Ports.Free());
        await course.StartBrowserAsync();
        return course;
    }

    private async Task StartAsync()
    {
        _server = await LiveServer.StartAsync(new NotebookFolder(Folder), new UserFolder(_user.Path), 0);
        Address = _server.Address;
        await StartBrowserAsync();
    }

    private async Task StartBrowserAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
    }

    /// <summary>Writes the notebook's file, as another program would.</summary>
    public void Write(params string[] cells) =>
        File.WriteAllText(
            Notebook,
            new JsonObject
            {
                ["cells"] = new JsonArray([.. cells.Select(Cell)]),
                ["metadata"] = new JsonObject(),
                ["nbformat"] = 4,
                ["nbformat_minor"] = 5,
            }.ToJsonString(new() { WriteIndented = true })
        );

    /// <summary>A page with the notebook, ready to be used. All pages are windows of one browser.</summary>
    public async Task<IPage> PageAsync(int width = 1440, ColorScheme scheme = ColorScheme.Light, string notebook = "n.ipynb")
    {
        var page = await WindowAsync(width, scheme);
        await page.GotoAsync($"{Address}&notebook={notebook}");
        await ReadyAsync(page);
        return page;
    }

    /// <summary>A page with the list of notebooks.</summary>
    public async Task<IPage> IndexAsync()
    {
        var page = await WindowAsync(1440, ColorScheme.Light);
        await page.GotoAsync(Address);
        return page;
    }

    /// <summary>Puts a test between the pages that are opened from here on and the server.</summary>
    public async Task RouteSocketsAsync(Action<IWebSocketRoute> handle)
    {
        await ContextAsync(1440, ColorScheme.Light);
        await _context!.RouteWebSocketAsync("**/ws?*", handle);
    }

    private async Task<IPage> WindowAsync(int width, ColorScheme scheme)
    {
        await ContextAsync(width, scheme);
        var page = await _context!.NewPageAsync();
        page.PageError += (_, error) => Problems.Add(error);
        page.Console += (_, message) =>
        {
            // A connection that fails is an error to the browser, and the page's business.
            if (
                message.Type == "error"
                && !message.Text.Contains("WebSocket", StringComparison.Ordinal)
                && !message.Text.Contains("net::ERR_CONNECTION_REFUSED", StringComparison.Ordinal)
            )
            {
                Problems.Add(message.Text);
            }
        };
        return page;
    }

    private async Task ContextAsync(int width, ColorScheme scheme)
    {
        // The token is exchanged for a cookie in the first page.
        _context ??= await _browser!.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = 900 },
                ColorScheme = scheme,
            }
        );
        _context.SetDefaultTimeout(Chromium.Patience);
    }

    public static async Task ReadyAsync(IPage page)
    {
        await page.WaitForSelectorAsync("main[data-ready]");
        await page.WaitForFunctionAsync("() => ['idle', 'busy'].includes(liveNotebook.session)");
        await page.EvaluateAsync("() => liveNotebook.select(liveNotebook.cells[0])");
    }

    /// <summary>Waits until a cell, counted from 1, is in a state.</summary>
    public static Task StateAsync(IPage page, int cell, string state) =>
        page.WaitForFunctionAsync("([cell, state]) => liveNotebook.cells[cell - 1]?.state === state", new object[] { cell, state });

    /// <summary>What a cell shows under its code.</summary>
    public static Task<string> OutputAsync(IPage page, int cell) =>
        page.EvaluateAsync<string>("cell => liveNotebook.cells[cell - 1].outputsElement.innerText.trim()", cell);

    /// <summary>Writes into a cell: its text is replaced.</summary>
    public static async Task TypeAsync(IPage page, int cell, string text)
    {
        await page.EvaluateAsync(
            "cell => { liveNotebook.select(liveNotebook.cells[cell - 1]); liveNotebook.cells[cell - 1].edit(); }",
            cell
        );
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.InsertTextAsync(text);
    }

    /// <summary>Waits until the file holds a text, which is to take a second.</summary>
    public async Task SavedAsync(string text, bool isThere = true)
    {
        for (var waited = 0; File.ReadAllText(Notebook).Contains(text, StringComparison.Ordinal) != isThere; waited += 50)
        {
            Assert.True(
                waited < 20_000,
                $"after 20 s the file is still{(isThere ? " without" : " with")} {text}: {File.ReadAllText(Notebook)}"
            );
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _notebooks?.Dispose();
        _folder.Dispose();
        _user.Dispose();
    }

    private static JsonNode Cell(string source, int place)
    {
        const string Text = "[text]";
        const string Check = "[check]";
        var isText = source.StartsWith(Text, StringComparison.Ordinal);
        var isCheck = source.StartsWith(Check, StringComparison.Ordinal);
        var cell = new JsonObject
        {
            ["cell_type"] = isText ? "markdown" : "code",
            ["id"] = $"cell{place + 1}",
            ["metadata"] = isCheck ? new JsonObject { ["tags"] = new JsonArray("check") } : [],
        };
        if (!isText)
        {
            cell["execution_count"] = null;
            cell["outputs"] = new JsonArray();
        }

        cell["source"] =
            isText ? source[Text.Length..]
            : isCheck ? source[Check.Length..]
            : source;
        return cell;
    }
}
