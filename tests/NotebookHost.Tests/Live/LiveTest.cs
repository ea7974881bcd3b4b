using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotebookHost.Live;

namespace NotebookHost.Tests.Live;

/// <summary>A server for a folder of its own, and pages that talk to it as a browser's do.</summary>
public abstract class LiveTest : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("home-").FullName;
    private readonly List<Page> _pages = [];
    private LiveServer _server = null!;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("live-").FullName;

    protected Uri Address { get; private set; } = null!;

    protected string Host => Address.Authority;

    protected string Cookie { get; private set; } = "";

    protected string FileOf(string name) => Path.Combine(Folder, name);

    public async ValueTask InitializeAsync()
    {
        Samples.Write(FileOf("n.ipynb"), "var x = 1; x", "[markdown]# Title", "Console.Write(x + 1)");
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _pages)
        {
            page.Dispose();
        }

        await _server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(_home, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected UserFolder NewUser() => new(_home);

    protected async Task RestartServerAsync()
    {
        await _server.DisposeAsync();
        await StartAsync();
    }

    protected async Task<HttpResponseMessage> Get(
        string path,
        string? cookie = null,
        string? host = null,
        HttpMethod? method = null,
        params (string Name, string Value)[] headers
    )
    {
        using var client = new HttpClient(
            new HttpClientHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
            }
        );
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(Address, path));
        request.Headers.Host = host;
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Opens a page's WebSocket.</summary>
    protected async Task<Page> Connect(string notebook = "n.ipynb", string? origin = null, string? cookie = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", cookie ?? Cookie);
        socket.Options.SetRequestHeader("Origin", origin ?? $"http://{Host}");
        socket.Options.Proxy = null;
        await socket.ConnectAsync(
            new Uri($"ws://{Host}/ws?notebook={Uri.EscapeDataString(notebook)}"),
            TestContext.Current.CancellationToken
        );
        var page = new Page(socket);
        _pages.Add(page);
        return page;
    }

    /// <summary>Closes the pages that were opened last, as a browser that crashes.</summary>
    protected void DropPages(int count)
    {
        foreach (var page in _pages.TakeLast(count).ToList())
        {
            page.Dispose();
            _pages.Remove(page);
        }
    }

    /// <summary>Opens a page and waits for its snapshot.</summary>
    protected async Task<(Page Page, JsonObject Snapshot)> Open(string notebook = "n.ipynb")
    {
        var page = await Connect(notebook);
        await page.Send(new { type = "hello" });
        return (page, await page.Until("snapshot"));
    }

    private async Task StartAsync()
    {
        _server = await LiveServer.StartAsync(new NotebookFolder(Folder), NewUser(), 0);
        Address = new Uri(_server.Address);
        using var entered = await Get(Address.PathAndQuery);
        Assert.Equal(HttpStatusCode.Redirect, entered.StatusCode);
        Cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    /// <summary>A page.</summary>
    protected sealed class Page(ClientWebSocket socket) : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

        public WebSocket Socket => socket;

        /// <summary>All messages so far.</summary>
        public List<JsonObject> Received { get; } = [];

        public void Dispose() => socket.Dispose();

        public Task Send(object message) =>
            socket.SendAsync(
                JsonSerializer.SerializeToUtf8Bytes(message),
                WebSocketMessageType.Text,
                endOfMessage: true,
                TestContext.Current.CancellationToken
            );

        /// <summary>The next message; null when the connection was closed.</summary>
        public async Task<JsonObject?> Next()
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            stop.CancelAfter(Patience);
            using var text = new MemoryStream();
            var buffer = new byte[65_536];
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(), stop.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                text.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    var message = JsonNode.Parse(Encoding.UTF8.GetString(text.ToArray()))!.AsObject();
                    Received.Add(message);
                    return message;
                }
            }
        }

        public async Task<JsonObject> Until(Func<JsonObject, bool> wanted)
        {
            while (true)
            {
                var message = await Next();
                Assert.NotNull(message);
                if (wanted(message))
                {
                    return message;
                }
            }
        }

        public Task<JsonObject> Until(string type) => Until(message => (string)message["type"]! == type);

        /// <summary>Runs a cell and waits for its end.</summary>
        public async Task<JsonObject> Run(string cell)
        {
            await Send(new { type = "run", cells = new[] { cell } });
            var ended = await UntilEnd(cell);
            if ((string)ended["state"]! == "failed")
            {
                TestContext.Current.TestOutputHelper?.WriteLine(
                    Received.LastOrDefault(message => (string)message["type"]! == "output")?.ToJsonString() ?? ""
                );
            }

            return ended;
        }

        public Task<JsonObject> UntilEnd(string cell) =>
            Until(message =>
                (string)message["type"]! == "cell" && (string)message["id"]! == cell && (string)message["state"]! is "done" or "failed"
            );

        /// <param name="cell">The cell.</param>
        /// <param name="source">Its new text.</param>
        /// <param name="loads">The last reading of the file that the page knew of; if none is given, the newest.</param>
        public Task Edit(string cell, string source, int loads = int.MaxValue) =>
            Send(
                new
                {
                    type = "edit",
                    cell,
                    source,
                    loads,
                    version = 1,
                }
            );
    }
}
