using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NotebookHost.Documents;
using NotebookHost.Live;

namespace NotebookHost.Commands;

/// <summary><c>open</c>: the notebooks of a folder in the browser, to be read, changed and run.</summary>
internal static class OpenCommand
{
    /// <summary>Tried first, so that the address is the same every day.</summary>
    private const int UsualPort = 8790;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var path = new Argument<string?>("PATH")
        {
            Description = "A notebook, or a folder of notebooks. Default: the repository's folder notebooks.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var port = new Option<string?>("--port")
        {
            HelpName = "N",
            Description = $"The port to listen on. Default: {UsualPort}, or another if that is taken.",
        };
        var noBrowser = new Option<bool>("--no-browser") { Description = "Print the address and open no browser." };
        var command = new Command(
            "open",
            "Opens notebooks in the browser, where their cells can be changed and run. Ctrl+C saves everything and ends it."
        )
        {
            path,
            port,
            noBrowser,
        };
        path.Validators.Add(UnknownOptions.Refuse);
        command.SetAction((parsed, _) => OpenAsync(parsed.GetValue(path), Port(parsed.GetValue(port)), !parsed.GetValue(noBrowser)));
        return command;
    }

    private static async Task<int> OpenAsync(string? path, int? port, bool withBrowser)
    {
        var (root, notebook) = Find(path);
        var folder = new NotebookFolder(root);
        var user = new UserFolder(UserFolder.Default);
        var name = notebook is null ? "" : folder.Relative(RealPath.Of(notebook));
        if (user.ServerOf(folder.Root) is { } running && await AnswersAsync(running))
        {
            Console.WriteLine($"{folder.Root} is open already:");
            Show(running, name, withBrowser);
            return ExitCode.Ok;
        }

        using var ended = new SemaphoreSlim(0);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.Release();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        await using (var server = await StartAsync(folder, user, port))
        {
            server.Prepare(name);
            Show(server.Address, name, withBrowser);
            Console.WriteLine("Ctrl+C saves everything and ends it.");
            await ended.WaitAsync();
            Console.WriteLine("Saving, and ending the sessions.");
        }

        return ExitCode.Ok;
    }

    private static async Task<LiveServer> StartAsync(NotebookFolder folder, UserFolder user, int? port)
    {
        try
        {
            return await LiveServer.StartAsync(folder, user, port ?? UsualPort);
        }
        catch (IOException e) when (port is not null)
        {
            throw new UsageException($"--port {port}: cannot be used ({e.Message.TrimEnd('.')}); choose another port, or give none.", e);
        }
        catch (IOException)
        {
            return await LiveServer.StartAsync(folder, user, 0);
        }
    }

    /// <summary>The folder to serve, and the notebook to show first.</summary>
    private static (string Folder, string? Notebook) Find(string? path)
    {
        if (path is null)
        {
            return Repository.Find() is { } root ? (Path.Combine(root, "notebooks"), null) : (Environment.CurrentDirectory, null);
        }

        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            return (full, null);
        }

        try
        {
            NotebookDocument.Load(full);
            return (Path.GetDirectoryName(full)!, full);
        }
        catch (NotebookFormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private static void Show(string address, string notebook, bool withBrowser)
    {
        var whole = notebook.Length > 0 ? $"{address}&notebook={Uri.EscapeDataString(notebook)}" : address;
        Console.WriteLine(whole);
        if (!withBrowser)
        {
            return;
        }

        try
        {
            using var browser = Process.Start(new ProcessStartInfo(whole) { UseShellExecute = true });
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            Console.WriteLine("No browser could be opened: open the address above yourself.");
        }
    }

    /// <summary>Whether the server of an earlier start still runs and belongs to this user.</summary>
    private static async Task<bool> AnswersAsync(string address)
    {
        using var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        };
        using var client = new HttpClient(handler) { Timeout = AnswerWithin };
        try
        {
            using var answer = await client.GetAsync(new Uri(address));
            return answer.StatusCode == System.Net.HttpStatusCode.Redirect;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or UriFormatException)
        {
            return false;
        }
    }

    private static int? Port(string? text) =>
        text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue ? port
        : throw new UsageException($"--port {text}: a port is a number from 1 to {ushort.MaxValue}.");
}
