using Microsoft.Playwright;

namespace Notebooks.Tests.Quizzes;

/// <summary>A page with every quiz of the course, made by NotebookHost; the first card of the page stands there once more below.</summary>
public sealed class QuizPage : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cnn-tutorial-quizzes-").FullName;
    private CourseRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await Course.RunAsync(
            _folder,
            data: null,
            Path.Combine(Course.Root, "tests", "Notebooks.Tests", "Quizzes", "quizzes.ipynb")
        );
        Assert.True(_run.ExitCode == 0, _run.ToString());
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens the page from its file, offline.</summary>
    internal async Task<IPage> OpenAsync(IBrowser browser, BrowserNewPageOptions? options = null)
    {
        var page = await browser.PageAsync(options);
        await page.Context.SetOfflineAsync(true);
        await page.GotoAsync(new Uri(_run.File("quizzes.html")).AbsoluteUri);
        return page;
    }
}
