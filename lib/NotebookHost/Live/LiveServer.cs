using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NotebookHost.Documents;
using NotebookHost.Pages;
using NotebookHost.Worker;

namespace NotebookHost.Live;

/// <summary>
/// Serves the notebooks of a folder to this user's browser: a web server on the loopback address. Requests without the cookie are refused.
/// A GET never changes anything; all changes come through a WebSocket from the server's own pages.
/// </summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private const int MostPages = 100;
    private const int MostConnections = 500;

    private const string PagePolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "connect-src 'self'; frame-src 'self' data: blob: about:; object-src 'none'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'";

    /// <summary>In characters. A chart has millions.</summary>
    private const int FrameBuffer = 32_768;

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan TidyEvery = TimeSpan.FromSeconds(1);

    /// <summary>In bytes: what is worth a collection. Charts are large objects, which the runtime collects only when memory is short, and a
    /// learner's machine needs it for the training.</summary>
    private const long Untidy = 50_000_000;

    /// <summary>In bytes, since the last look: with less, nothing goes on. A collection waits for that, for at most ten looks.</summary>
    private const long Quiet = 1_000_000;

    private const int MostLooks = 10;

    private readonly NotebookFolder _folder;
    private readonly UserFolder _user;
    private readonly SpareWorker _spare;
    private readonly OutputFrames _frames = new();
    private readonly ConcurrentDictionary<string, Lazy<LiveNotebook>> _open = new();
    private readonly ConcurrentDictionary<string, ((DateTime, long) Stamp, LiveItem Item)> _items = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly WebApplication _application;
    private LocalAccess? _access;
    private Task? _warmingUp;
    private string? _course;
    private int _pages;

    private LiveServer(NotebookFolder folder, UserFolder user, int port)
    {
        (_folder, _user, _spare) = (folder, user, new SpareWorker(folder.Root));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = MostConnections;
            options.Limits.MaxConcurrentUpgradedConnections = MostPages + 1;
            options.Limits.MaxRequestBodySize = 0;
            options.Listen(IPAddress.Loopback, port);
        });
        _application = builder.Build();
        _application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = PingEvery, KeepAliveTimeout = PingEvery });
        _application.Run(ServeAsync);
    }

    /// <summary>The address with the token, for the browser.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts the server.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="user">The user's own folder.</param>
    /// <param name="port">The port; 0 for any that is free.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<LiveServer> StartAsync(NotebookFolder folder, UserFolder user, int port)
    {
        var server = new LiveServer(folder, user, port);
        // The list of notebooks, which every page has, is read while the server and the browser start.
        _ = Task.Run(server.Items);
        try
        {
            await server._application.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await server._application.DisposeAsync();
            throw new IOException(e.Message, e);
        }

        var addresses = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        var own = new Uri(addresses.Addresses.First());
        server._access = new LocalAccess(own.Port, user.Secret($"port {own.Port}"));
        server.Address = $"http://127.0.0.1:{own.Port}/?token={server._access.Token}";
        user.NoteServer(folder.Root, server.Address);
        _ = server.TidyAsync();
        return server;
    }

    /// <summary>Starts the session of the notebook that is going to be opened, and keeps another ready from now on.</summary>
    /// <param name="notebook">Its path below the folder; empty where the list of notebooks comes first.</param>
    public void Prepare(string notebook)
    {
        _spare.Prepare();
        if (_folder.Resolve(notebook) is { } file)
        {
            Open(file).Prepare();
        }
    }

    /// <summary>Saves all notebooks, ends all sessions, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _user.ForgetServer(_folder.Root, Address);
        await _ending.CancelAsync();
        await Task.WhenAll(
            _open
                .Values.Where(notebook => notebook.IsValueCreated)
                .Select(notebook => notebook.Value.DisposeAsync().AsTask())
                .Append(_spare.DisposeAsync().AsTask())
        );
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
        _ending.Dispose();
    }

    /// <summary>Makes HTML from a text: the first time takes a moment.</summary>
    private void WarmUp()
    {
        var sample = new JsonObject { ["cell_type"] = "markdown", ["source"] = "*a* <b>b</b>\n\n```csharp\nvar c = $\"{1}\";\n```" };
        LiveHtml.Text(_folder.Root, new NotebookCell(sample, number: 1), glossary: null, met: []);
    }

    private static async Task AnswerAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(sentence + "\n");
    }

    private static Task PageAsync(HttpContext context, string html)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(html);
    }

    private static void Protect(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = PagePolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    private async Task ServeAsync(HttpContext context)
    {
        var (request, path) = (context.Request, context.Request.Path.Value ?? "/");
        Protect(context.Response);
        if (_access is not { } access || !access.IsOwnHost(request))
        {
            await AnswerAsync(context, StatusCodes.Status403Forbidden, "This server answers under its own address only.");
        }
        else if (request.Method != HttpMethods.Get)
        {
            await AnswerAsync(context, StatusCodes.Status405MethodNotAllowed, "This server answers GET only.");
        }
        else if (LocalAccess.IsForeign(request))
        {
            await AnswerAsync(context, StatusCodes.Status403Forbidden, "The page of another site asked for this; it gets no answer.");
        }
        else if (path == "/" && request.Query.ContainsKey("token"))
        {
            await EnterAsync(context, access);
        }
        else if (path.StartsWith("/frame/", StringComparison.Ordinal) && !context.WebSockets.IsWebSocketRequest)
        {
            await ServeFrameAsync(context, path["/frame/".Length..]);
        }
        else if (!access.HasCookie(request))
        {
            await AnswerAsync(
                context,
                StatusCodes.Status403Forbidden,
                "Open the address with the token that the program has printed; a page that was open before the program was started again "
                    + "has no access."
            );
        }
        else if (context.WebSockets.IsWebSocketRequest)
        {
            await ServeSocketAsync(context, access);
        }
        else
        {
            await ServePageAsync(context, path);
        }
    }

    /// <summary>Gives back the memory of what was sent and saved.</summary>
    private async Task TidyAsync()
    {
        using var timer = new PeriodicTimer(TidyEvery);
        var (tidied, before, looks) = (0L, 0L, 0);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                var allocated = GC.GetTotalAllocatedBytes();
                if (allocated - tidied > Untidy && (allocated - before < Quiet || ++looks == MostLooks))
                {
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                    (tidied, looks) = (GC.GetTotalAllocatedBytes(), 0);
                }

                before = allocated;
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    /// <summary>Exchanges the token for a cookie, and takes it out of the address bar.</summary>
    private async Task EnterAsync(HttpContext context, LocalAccess access)
    {
        if (!access.IsToken(context.Request.Query["token"]))
        {
            await AnswerAsync(
                context,
                StatusCodes.Status403Forbidden,
                "The token is not this server's; open the address that the program has printed."
            );
            return;
        }

        access.GiveCookie(context.Response);
        var notebook = context.Request.Query["notebook"].ToString();
        context.Response.Redirect(
            notebook.Length > 0 && _folder.Resolve(notebook) is not null ? $"/notebook/{HtmlText.Address(notebook)}" : "/"
        );
    }

    private async Task ServeFrameAsync(HttpContext context, string id)
    {
        context.Response.Headers.ContentSecurityPolicy = OutputFrames.Policy;
        if (_frames.Document(id) is { } document)
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            await using var writer = new StreamWriter(context.Response.Body, bufferSize: FrameBuffer);
            foreach (var piece in document)
            {
                await writer.WriteAsync(piece);
            }
        }
        else
        {
            await AnswerAsync(context, StatusCodes.Status404NotFound, "This output is no longer there.");
        }
    }

    private async Task ServePageAsync(HttpContext context, string path)
    {
        if (path == "/")
        {
            var items = Items();
            var title = _open
                .Values.Where(known => known.IsValueCreated)
                .Select(known => known.Value.Course)
                .FirstOrDefault(course => course.Length > 0);
            await PageAsync(context, LivePage.Index(new LiveStart("", title ?? _course ?? FolderName, Course: false, FolderName), items));
            // A notebook is likely to be next.
            _warmingUp ??= Task.Run(WarmUp);
        }
        else if (path.StartsWith("/assets/", StringComparison.Ordinal) && LiveAssets.Find(path["/assets/".Length..]) is { } asset)
        {
            context.Response.ContentType = asset.ContentType;
            // The address changes with the program.
            context.Response.Headers.CacheControl =
                context.Request.Query["v"] == LiveAssets.Version ? "private, max-age=31536000, immutable" : "no-cache";
            await context.Response.Body.WriteAsync(asset.Content);
        }
        else if (path.StartsWith("/notebook/", StringComparison.Ordinal))
        {
            await ServeNotebookAsync(context, path["/notebook/".Length..]);
        }
        else
        {
            await AnswerAsync(context, StatusCodes.Status404NotFound, "There is nothing here.");
        }
    }

    private async Task ServeNotebookAsync(HttpContext context, string name)
    {
        if (_folder.ResolveGlossary(name) is { } beside && Glossary.In(Path.GetDirectoryName(beside)!) is { } glossary)
        {
            await PageAsync(context, LivePage.Glossary(glossary));
            return;
        }

        if (_folder.Resolve(name) is not { } file)
        {
            await AnswerAsync(context, StatusCodes.Status404NotFound, "There is no such notebook in the folder that is served.");
            return;
        }

        try
        {
            var notebook = Open(file);
            // The session starts while the browser loads the page.
            notebook.Prepare();
            var items = Items();
            var place = items.FindIndex(item => item.Notebook == notebook.Name);
            await PageAsync(
                context,
                LivePage.Notebook(
                    new LiveStart(notebook.Name, notebook.Title, notebook.Course.Length > 0, FolderName),
                    place > 0 ? items[place - 1] : null,
                    place >= 0 && place + 1 < items.Count ? items[place + 1] : null
                )
            );
        }
        catch (NotebookFormatException e)
        {
            await AnswerAsync(context, StatusCodes.Status422UnprocessableEntity, e.Message);
        }
    }

    private string FolderName => Path.GetFileName(_folder.Root);

    private LiveNotebook Open(string file)
    {
        try
        {
            return _open
                .GetOrAdd(
                    file,
                    path => new Lazy<LiveNotebook>(() => new LiveNotebook(path, _folder.Relative(path), _frames, _user, _spare))
                )
                .Value;
        }
        catch (NotebookFormatException)
        {
            // The file may be repaired and opened again.
            _open.TryRemove(file, out _);
            throw;
        }
    }

    private List<LiveItem> Items()
    {
        var items = new List<LiveItem>();
        foreach (var name in _folder.Notebooks())
        {
            var file = new FileInfo(Path.Combine(_folder.Root, name));
            var stamp = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (!_items.TryGetValue(name, out var known) || known.Stamp != stamp)
            {
                _items[name] = known = (stamp, ItemOf(name));
            }

            // An exercise and its solution have one title.
            var isTaken = items.Exists(other => other.Title == known.Item.Title);
            items.Add(isTaken ? known.Item with { Title = $"{known.Item.Title} ({Path.GetFileNameWithoutExtension(name)})" } : known.Item);
        }

        return items;
    }

    private LiveItem ItemOf(string name)
    {
        try
        {
            var document = NotebookDocument.Load(Path.Combine(_folder.Root, name));
            _course ??= document.Course is { Length: > 0 } course ? course : null;
            return new LiveItem(name, document.Title, NotebookOutline.Of(document).Lead);
        }
        catch (NotebookFormatException e)
        {
            return new LiveItem(name, Path.GetFileNameWithoutExtension(name), e.Message);
        }
    }

    private async Task ServeSocketAsync(HttpContext context, LocalAccess access)
    {
        var name = context.Request.Query["notebook"].ToString();
        if (context.Request.Path != "/ws" || !access.IsOwnOrigin(context.Request))
        {
            await AnswerAsync(context, StatusCodes.Status403Forbidden, "Only this server's own pages may connect.");
            return;
        }

        string? file = null;
        if (name.Length > 0 && (file = _folder.Resolve(name)) is null)
        {
            await AnswerAsync(context, StatusCodes.Status404NotFound, "There is no such notebook in the folder that is served.");
            return;
        }

        if (Interlocked.Increment(ref _pages) > MostPages)
        {
            Interlocked.Decrement(ref _pages);
            await AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, $"{MostPages} pages are open; close some of them.");
            return;
        }

        try
        {
            var notebook = file is null ? null : Open(file);
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            using var page = new PageConnection(socket);
            await (notebook is null ? ServeIndexAsync(page) : notebook.ServeAsync(page, _ending.Token));
        }
        catch (NotebookFormatException e)
        {
            await AnswerAsync(context, StatusCodes.Status422UnprocessableEntity, e.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _pages);
        }
    }

    /// <summary>Tells the list of notebooks which sessions run and what was read, whenever it changes.</summary>
    private async Task ServeIndexAsync(PageConnection page)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        var telling = TellAsync(page, gone.Token);
        try
        {
            await page.RunAsync(
                async message =>
                {
                    if (
                        message.ValueKind == JsonValueKind.Object
                        && message.TryGetProperty("type", out var type)
                        && type.ValueEquals("stop")
                        && message.TryGetProperty("notebook", out var name)
                        && name.ValueKind == JsonValueKind.String
                        && _folder.Resolve(name.GetString()!) is { } file
                        && _open.TryGetValue(file, out var notebook)
                    )
                    {
                        await notebook.Value.StopAsync();
                    }
                },
                _ending.Token
            );
        }
        finally
        {
            await gone.CancelAsync();
            await telling;
        }
    }

    private async Task TellAsync(PageConnection page, CancellationToken stop)
    {
        byte[] sessions = [];
        byte[] progress = [];
        try
        {
            while (true)
            {
                var open = _open.Values.Where(known => known.IsValueCreated).Select(known => known.Value).ToList();
                var newSessions = PageConnection.Serialize(
                    new
                    {
                        type = "sessions",
                        items = open.Select(notebook => (notebook.Name, notebook.Session))
                            .Where(entry => entry.Session.State != "dead")
                            .Select(entry => new
                            {
                                notebook = entry.Name,
                                state = entry.Session.State,
                                memory = entry.Session.Memory,
                            }),
                    }
                );
                if (!newSessions.AsSpan().SequenceEqual(sessions))
                {
                    page.Send(sessions = newSessions);
                }

                var newProgress = PageConnection.Serialize(Progress());
                if (!newProgress.AsSpan().SequenceEqual(progress))
                {
                    page.Send(progress = newProgress);
                }

                await Task.Delay(TellEvery, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The page has left.
        }
    }

    private object Progress()
    {
        var known = _user.Progress();
        var names = _folder.Notebooks();
        var items = names
            .Select(name => (Name: name, Entry: known[Path.Combine(_folder.Root, name)]))
            .Select(item => new
            {
                notebook = item.Name,
                read = item.Entry?["read"]?.GetValueKind() == JsonValueKind.True,
                tasks = item.Entry?["tasks"],
                quiz = item.Entry?["quiz"],
            })
            .ToList();
        return new
        {
            type = "progress",
            items,
            next = items.FirstOrDefault(item => !item.read)?.notebook,
        };
    }
}
