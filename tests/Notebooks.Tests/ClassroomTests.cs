using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Notebooks.Tests;

/// <summary>Two learners in one JupyterHub, set up as docs/classroom.md says; only the places, the way to log in and the accounts are the
/// test's.</summary>
[Collection("Jupyter")]
public sealed partial class ClassroomTests
{
    [Fact]
    public async Task Two_learners_run_notebook_01_at_the_same_time_each_in_a_folder_of_their_own()
    {
        Chromium.Need();
        await JupyterFolder.NeedAsync("jupyterhub", "jupyterhub");
        using var folder = new JupyterFolder();
        await folder.InstallKernelAsync();
        var (address, hub, proxy) = (Ports.Free(), Ports.Free(), Ports.Free());
        var configuration = Lines()
            .Match(await File.ReadAllTextAsync(Path.Combine(Course.Root, "docs", "classroom.md"), TestContext.Current.CancellationToken))
            .Groups["lines"]
            .Value;
        Assert.Contains("/srv/course", configuration, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            Path.Combine(folder.Root, "jupyterhub_config.py"),
            $$"""
            {{configuration.Replace("/srv/course", Course.Root, StringComparison.Ordinal)}}
            del c.Spawner.environment["CNN_TUTORIAL_DATA"]
            c.Spawner.environment["JUPYTER_PATH"] = "{{folder.Root}}/share/jupyter"
            c.Spawner.args.append("--allow-root")
            c.JupyterHub.spawner_class = "simple"
            c.SimpleLocalProcessSpawner.home_dir_template = "{{folder.Root}}/home/{username}"
            c.JupyterHub.authenticator_class = "dummy"
            c.Authenticator.allowed_users = {"anna", "ben"}
            c.JupyterHub.bind_url = "http://127.0.0.1:{{address}}"
            c.JupyterHub.hub_port = {{hub}}
            c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{{proxy}}"
            """,
            TestContext.Current.CancellationToken
        );
        using var server = folder.StartPython("jupyterhub", "-f", "jupyterhub_config.py");
        var log = Task.WhenAll(
            server.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)
        );
        try
        {
            using var playwright = await Playwright.CreateAsync();
            await using var browser = await Chromium.LaunchAsync(playwright);
            await Task.WhenAll(
                new[] { "anna", "ben" }.Select(name =>
                    LearnAsync(browser, $"http://127.0.0.1:{address}", name, Path.Combine(folder.Root, "home", name, "course"))
                )
            );
        }
        finally
        {
            // When it is asked to end, the hub ends the learners' servers, and those end their kernels.
            await EndAsync(server);
            await log;
        }
    }

    private static async Task LearnAsync(IBrowser browser, string address, string name, string course)
    {
        // A context has cookies of its own: another learner's browser.
        await using var context = await browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = 1200, Height = 1000 },
            }
        );
        context.SetDefaultTimeout(Chromium.Patience);
        var files = await context.NewPageAsync();
        await JupyterServer.GoToAsync(files, $"{address}/hub/login");
        await files.FillAsync("#username_input", name);
        await files.FillAsync("#password_input", "any");
        await files.ClickAsync("#login_submit");
        await files.Locator("a.item_link:has-text('01-setup.ipynb')").WaitForAsync();
        Assert.StartsWith($"{address}/user/{name}/tree/notebooks", files.Url, StringComparison.Ordinal);
        var notebook = await JupyterPage.OpenAsync(files, "01-setup.ipynb");
        await notebook.ShiftEnterThroughAsync();
        await notebook.UntilIdleAsync();
        Assert.Empty(await notebook.ErrorsAsync());
        Assert.True(await notebook.Page.Locator(".cnn-card").Last.IsVisibleAsync());
        Assert.Contains(
            $"The library is built: {Path.Combine(course, "lib", "bin", "CnnTutorial.dll")}",
            await notebook.OutputOfCellWithAsync("build-library.cs"),
            StringComparison.Ordinal
        );
        await notebook.ScreenshotAsync($"hub-{name}");
    }

    private static async Task EndAsync(Process process)
    {
        TestProcess.Signal(process, "TERM");
        await process.WaitForExitAsync(CancellationToken.None);
    }

    [GeneratedRegex("^```python\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Lines();
}
