using System.Diagnostics;
using Microsoft.Playwright;

namespace Support.Browser;

/// <summary>Jupyter Notebook, serving a folder with this project's kernel to this machine alone.</summary>
internal sealed class JupyterServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _log;
    private readonly int _port;

    private JupyterServer(JupyterFolder folder, int port)
    {
        _port = port;
        _process = StartProcess(folder, port);
        _log = Task.WhenAll(_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
    }

    /// <summary>Starts the program alone.</summary>
    public static Process StartProcess(JupyterFolder folder, int port) =>
        folder.StartPython(
            "notebook",
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            $"--port={port}",
            "--NotebookApp.token=",
            "--NotebookApp.password=",
            $"--notebook-dir={folder.Root}"
        );

    public static async Task<JupyterServer> StartAsync(JupyterFolder folder)
    {
        await folder.InstallKernelAsync();
        return new JupyterServer(folder, Ports.Free());
    }

    /// <summary>Opens the list of the notebooks, as soon as the server answers.</summary>
    public Task OpenFilesAsync(IPage files) => GoToAsync(files, $"http://127.0.0.1:{_port}/tree/notebooks");

    /// <summary>Opens a page as soon as its server answers.</summary>
    public static async Task GoToAsync(IPage page, string address)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                if (await page.GotoAsync(address) is { Ok: true })
                {
                    return;
                }

                // A proxy in front of the server may answer that it is not there yet.
                Assert.True(tries < 100, $"{address} does not come.");
            }
            catch (PlaywrightException) when (tries < 100) { }

            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The kernels end because their front end did.
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _log;
        _process.Dispose();
    }
}
