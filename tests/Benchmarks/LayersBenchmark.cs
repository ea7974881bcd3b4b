using CnnTutorial;
using Microsoft.Playwright;
using TorchSharp;

namespace Benchmarks;

/// <summary>Drawing beside the maps of every layer, in Chromium: from a movement of the mouse until all maps show it.</summary>
internal static class LayersBenchmark
{
    private const int Moves = 200;

    /// <summary>Collects for each movement the milliseconds that the page's code takes in that frame, and those from the event to the frame
    /// that shows it. A callback that is asked for before the pad's listener runs before the pad's frame; one asked for after it runs
    /// after.</summary>
    private const string Watch = """
        () => {
          window.work = [];
          window.shown = [];
          let begin = 0, handled = 0;
          addEventListener('pointermove', () => {
            const now = performance.now();
            requestAnimationFrame(() => { begin = performance.now(); });
            handled = now;
          }, { capture: true });
          addEventListener('pointermove', event => {
            const handling = performance.now() - handled;
            requestAnimationFrame(() => {
              work.push(handling + performance.now() - begin);
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => shown.push(performance.now() - event.timeStamp);
              port2.postMessage(0);
            });
          });
        }
        """;

    public static async Task<int> RunAsync()
    {
        torch.manual_seed(1);
        var html = DigitPad.For(CourseModel.Create(), layers: true).ToHtml();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await browser.NewPageAsync(
            new()
            {
                ViewportSize = new() { Width = 1440, Height = 1300 },
            }
        );
        await page.SetContentAsync($"<!DOCTYPE html><meta charset=\"utf-8\"><body>{html}");
        await page.WaitForSelectorAsync(".cnn-pad[data-ready]");
        var paper = (await page.Locator("[data-part=paper]").BoundingBoxAsync())!;
        await page.EvaluateAsync(Watch);
        await page.Mouse.MoveAsync(paper.X + (paper.Width / 2), paper.Y + 20);
        await page.Mouse.DownAsync();
        for (var move = 1; move <= Moves; move++)
        {
            // Twice around, in loops of growing size, so that every frame has another drawing.
            var (angle, radius) = (move * Math.PI / 50, 20 + (move * 0.45));
            await page.Mouse.MoveAsync(
                (float)(paper.X + (paper.Width / 2) + (radius * Math.Sin(angle))),
                (float)(paper.Y + (paper.Height / 2) - (radius * Math.Cos(angle)))
            );
            await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
        }

        var rows = new List<IReadOnlyList<object>>();
        foreach (var (name, list) in new[] { ("the code of a frame", "work"), ("from the movement to the frame that shows it", "shown") })
        {
            // Without the movement to the first point, before the mouse was down.
            var times = await page.EvaluateAsync<double[]>($"() => {list}.slice(-{Moves})");
            rows.Add([name, Report.Median(times), times.Order().ElementAt(times.Length * 95 / 100), times.Max()]);
        }

        Report.Write("layers", [$"milliseconds; {Moves} movements", "median", "95th percentile", "most"], rows);
        return 0;
    }
}
