using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Notebooks.Tests.Quizzes;

/// <summary>The quiz as it is used: mouse, keyboard, phone, dark, paper; in a page that was opened from its file, offline.</summary>
public sealed class QuizInBrowserTests(QuizPage quizzes) : IClassFixture<QuizPage>
{
    [Fact]
    public Task A_choice_tells_at_once_whether_it_is_right_and_why() =>
        WithPageAsync(
            null,
            async page =>
            {
                var quiz = page.Locator(".cnn-quiz").First;
                var question = quiz.Locator("[data-question]").First;
                Assert.Equal(5, await quiz.Locator("[data-question]").CountAsync());
                Assert.DoesNotContain("So this check does not find it", await quiz.InnerTextAsync(), StringComparison.Ordinal);
                Assert.DoesNotContain("Answers", await quiz.InnerTextAsync(), StringComparison.Ordinal);
                Assert.False(await quiz.Locator(".score").IsVisibleAsync());

                await question.GetByText("Far above ln 10").ClickAsync();
                var wrong = question.Locator("details[open] > p");
                Assert.StartsWith("Not this one. Unscaled pixels", await wrong.InnerTextAsync(), StringComparison.Ordinal);
                await SaysAsync(quiz, "Not this one. Unscaled pixels");
                await question.GetByText("as with the right labels").ClickAsync();
                Assert.StartsWith("Right. So this check", await wrong.Nth(1).InnerTextAsync(), StringComparison.Ordinal);
                // A second choice does not count.
                await ScoreAsync(quiz, "Right at the first choice: 0 of 1 so far.");
                foreach (var other in (int[])[1, 2, 3, 4])
                {
                    await quiz.Locator("[data-question]").Nth(other).Locator(".right > summary").ClickAsync();
                }

                await ScoreAsync(quiz, "Right at the first choice: 4 of 5.");
                await page.ScreenshotAsync(new() { Path = Chromium.Screenshot("quiz"), FullPage = false });
                await quiz.GetByRole(AriaRole.Button, new() { Name = "Start again" }).ClickAsync();
                Assert.Equal(0, await quiz.Locator("details[open]").CountAsync());
                Assert.False(await quiz.Locator(".score").IsVisibleAsync());
            }
        );

    [Fact]
    public Task It_can_be_answered_with_the_keyboard_alone_and_keeps_its_keys_to_itself() =>
        WithPageAsync(
            null,
            async page =>
            {
                await page.EvaluateAsync(
                    "() => { window.heard = []; document.addEventListener('keydown', event => heard.push(event.key)); }"
                );
                var quiz = page.Locator(".cnn-quiz").First;
                await quiz.Locator("summary").First.FocusAsync();
                await page.Keyboard.PressAsync("Tab");
                await page.Keyboard.PressAsync("Enter");
                await SaysAsync(quiz, "Right. So this check");
                await page.Keyboard.PressAsync("Tab");
                await page.Keyboard.PressAsync("Space");
                await SaysAsync(quiz, "Not this one. Only a network");
                Assert.NotEqual("none", await page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle"));
                Assert.Empty(await page.EvaluateAsync<string[]>("() => heard"));
            }
        );

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public Task Axe_finds_nothing_to_complain_of_and_it_fits_a_phone(int width, ColorScheme scheme) =>
        WithPageAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = 1200 },
                ColorScheme = scheme,
            },
            async page =>
            {
                await page.EvaluateAsync(
                    "() => { for (const choice of document.querySelectorAll('.cnn-quiz details')) choice.open = true; }"
                );
                var result = await page.Locator(".cnn-quiz").First.RunAxe();
                Assert.NotEmpty(result.Passes);
                Assert.True(
                    result.Violations.Length == 0,
                    string.Join('\n', result.Violations.Select(one => $"{one.Id}: {one.Help}: {one.Nodes.FirstOrDefault()?.Html}"))
                );
                Assert.True(
                    await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
                    "the page scrolls sideways"
                );
                var small = await page.EvaluateAsync<string[]>(
                    "() => [...document.querySelectorAll('.cnn-quiz summary')].filter(one => one.getBoundingClientRect().height < 44)"
                        + ".map(one => one.textContent)"
                );
                Assert.Empty(small);
                await page.ScreenshotAsync(new() { Path = Chromium.Screenshot($"quiz-{width}-{scheme}".ToLowerInvariant()) });
            }
        );

    [Fact]
    public Task On_paper_the_answers_stand_on_a_page_of_their_own_after_the_questions() =>
        WithPageAsync(
            null,
            async page =>
            {
                // Alone, as the last cell of a notebook; and one choice is open when it is printed.
                await page.EvaluateAsync(
                    "() => { const quiz = document.querySelector('.cnn-quiz'); "
                        + "quiz.querySelector('details').open = true; const main = document.querySelector('main'); "
                        + "main.replaceChildren(...main.querySelectorAll('style'), quiz); }"
                );
                var quiz = page.Locator(".cnn-quiz");
                await page.EmulateMediaAsync(new() { Media = Media.Print });
                Assert.False(await quiz.Locator("[data-question] details > p").First.IsVisibleAsync());
                Assert.True(await quiz.Locator(".answers").IsVisibleAsync());
                var answer = await quiz.Locator(".answers > ol > li").First.InnerTextAsync();
                Assert.StartsWith("a) Wrong. Unscaled pixels", answer, StringComparison.Ordinal);
                Assert.Contains("b) Right. So this check", answer, StringComparison.Ordinal);

                var withAnswers = Pages(await page.PdfAsync(new() { Path = Chromium.Screenshot("quiz") + ".pdf", Format = "A4" }));
                await page.EvaluateAsync("() => document.querySelector('.cnn-quiz .answers').remove()");
                Assert.Equal(withAnswers - 1, Pages(await page.PdfAsync(new() { Format = "A4" })));
            }
        );

    [Fact]
    public Task It_unfolds_without_scripts_too() =>
        WithPageAsync(
            new() { JavaScriptEnabled = false },
            async page =>
            {
                var question = page.Locator(".cnn-quiz [data-question]").First;
                await question.Locator(".right > summary").ClickAsync();
                Assert.True(await question.Locator(".right > p").IsVisibleAsync());
                Assert.False(await question.Locator(".wrong > p").First.IsVisibleAsync());
            }
        );

    private static int Pages(byte[] pdf) =>
        System.Text.RegularExpressions.Regex.Count(System.Text.Encoding.Latin1.GetString(pdf), @"/Type\s*/Page\b");

    private static Task SaysAsync(ILocator quiz, string words) =>
        quiz.Locator($"[data-part=spoken]:has-text('{words}')").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    private static Task ScoreAsync(ILocator quiz, string words) => quiz.Locator($"[data-part=score]:has-text('{words}')").WaitForAsync();

    private async Task WithPageAsync(BrowserNewPageOptions? options, Func<IPage, Task> use)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await quizzes.OpenAsync(browser, options);
        var problems = new List<string>();
        page.PageError += (_, error) => problems.Add(error);
        page.Request += (_, request) => problems.Add($"a request to {request.Url}");
        await use(page);
        Assert.Empty(problems);
    }
}
