using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace Benchmarks;

/// <summary>What a learner waits for in the browser: the live page beside Jupyter Notebook with our kernel, driven by the same keys in the
/// same browser. Times run from the key to the frame that shows the result.</summary>
internal static class PageBenchmark
{
    private const int Cells = 50;
    private const int Keys = 150;

    /// <summary>How long a person looks at the first page at the least, before opening another notebook.</summary>
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(10);

    /// <summary>What is completed: a type, and one of the first members that are then offered; later ones are drawn when one scrolls to
    /// them.</summary>
    private static readonly (string Type, string Member)[] Completed =
    [
        ("Console", "Beep"),
        ("Math", "Acos"),
        ("Convert", "ChangeType"),
        ("Environment", "CommandLine"),
        ("DateTime", "DaysInMonth"),
        ("Array", "BinarySearch"),
        ("GC", "AddMemoryPressure"),
        ("String", "Compare"),
        ("Char", "ConvertFromUtf32"),
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var rounds = arguments is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 3;
        using var folder = new JupyterFolder();
        await folder.InstallKernelAsync();
        using var playwright = await Playwright.CreateAsync();
        var hosts = new List<PageHost> { new LiveHost(folder), new JupyterHost(folder) };
        var values = hosts.ToDictionary(host => host, _ => new List<Figures>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var host in hosts)
            {
                values[host].Add(await MeasureAsync(playwright, folder, host));
                Console.Error.WriteLine($"round {round + 1}, {host.Name}: {values[host][^1]}");
            }
        }

        Write(rounds, values);
        var courses = new List<IReadOnlyList<object>>();
        foreach (var host in hosts)
        {
            courses.Add([host.Name, .. await WholeCourseAsync(playwright, host)]);
            Console.Error.WriteLine(string.Join(", ", courses[^1]));
        }

        Report.Write(
            "page-course",
            [
                "after the whole course, in one server",
                "06 opened again, ms",
                "server at rest, MiB",
                "its peak",
                "sessions, MiB",
                "browser's page of 06, MiB",
            ],
            courses
        );
        return 0;
    }

    private static void Write(int rounds, Dictionary<PageHost, List<Figures>> values)
    {
        Report.Write(
            "page",
            [
                $"median of {rounds} rounds, ms",
                "command to the course's first page",
                "first cell",
                "trivial cell, median",
                "key, median",
                "key, 95th percentile",
                "completion, first",
                "completion, median",
                "restart, to the first result",
            ],
            [
                .. values.Select(host =>
                    (IReadOnlyList<object>)
                        [
                            host.Key.Name,
                            Report.Median(host.Value.Select(figures => figures.Start)),
                            Report.Median(host.Value.Select(figures => figures.FirstCell)),
                            Report.Median(host.Value.SelectMany(figures => figures.Trivial)),
                            Report.Median(host.Value.SelectMany(figures => figures.Typing)),
                            host.Value.SelectMany(figures => figures.Typing).Order().ElementAt(rounds * Keys * 95 / 100),
                            Report.Median(host.Value.Select(figures => figures.Completion[0])),
                            Report.Median(host.Value.SelectMany(figures => figures.Completion.Skip(1))),
                            Report.Median(host.Value.Select(figures => figures.Restart)),
                        ]
                ),
            ]
        );
    }

    private static JsonObject Fifty() =>
        new()
        {
            ["cells"] = new JsonArray([
                .. Enumerable
                    .Range(0, Cells)
                    .Select(i => new JsonObject
                    {
                        ["cell_type"] = "code",
                        ["id"] = $"cell{i}",
                        ["metadata"] = new JsonObject(),
                        ["execution_count"] = null,
                        ["outputs"] = new JsonArray(),
                        ["source"] = $"var number{i} = {i};\n$\"result {{number{i}}}!\"",
                    }),
            ]),
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject
                {
                    ["name"] = ".net-csharp",
                    ["display_name"] = ".NET (C#)",
                    ["language"] = "C#",
                },
            },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        };

    private static async Task<Figures> MeasureAsync(IPlaywright playwright, JupyterFolder folder, PageHost host)
    {
        // Anew for each server, so that no output of the last is there.
        await File.WriteAllTextAsync(Path.Combine(folder.Root, "notebooks", "fifty.ipynb"), Fifty().ToJsonString());
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await browser.NewPageAsync(
            new()
            {
                ViewportSize = new() { Width = 1440, Height = 900 },
            }
        );
        var begin = Stopwatch.GetTimestamp();
        await using var server = await host.StartAsync();
        await host.OpenAsync(page, server.Address, Path.GetFileName(Course.Notebooks[0]));
        var start = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        await Task.Delay(Reading);
        await host.OpenAsync(page, server.Address, "fifty.ipynb");
        await page.EvaluateAsync(PageHost.Tools);
        await page.EvaluateAsync(host.Select(0));
        var cells = new List<double>();
        for (var i = 0; i < Cells - 10; i++)
        {
            await page.EvaluateAsync($"() => measureUntil(() => {host.Output(i)}.includes('result {i}!'))");
            await page.Keyboard.PressAsync("Shift+Enter");
            cells.Add(await page.EvaluateAsync<double>("() => measured"));
        }

        await page.EvaluateAsync(host.Edit(Cells - 5));
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.PressAsync("Enter");
        await page.EvaluateAsync("() => measureKeys()");
        for (var key = 0; key < Keys; key++)
        {
            await page.Keyboard.PressAsync("var anything = number1 + 2; "[key % 28].ToString());
            // About ten keys a second, as fast as people type.
            await Task.Delay(100);
        }

        var typing = await page.EvaluateAsync<double[]>("() => keysMeasured()");
        var completion = new List<double>();
        foreach (var (type, member) in Completed)
        {
            await page.EvaluateAsync(host.Edit(Cells - 1));
            await page.Keyboard.PressAsync("Control+A");
            await page.Keyboard.InsertTextAsync(type + host.BeforeCompletion);
            // As long as a person looks for the next key, at the least.
            await Task.Delay(300);
            var lines = $"[...document.querySelectorAll('{host.Completions}')]";
            await page.EvaluateAsync($"() => measureUntil(() => {lines}.some(line => line.textContent.includes('{member}')))");
            await page.Keyboard.PressAsync(host.CompletionKey);
            completion.Add(await page.EvaluateAsync<double>("() => measured"));
            await page.Keyboard.PressAsync("Escape");
        }

        await page.EvaluateAsync(host.Select(Cells - 10));
        await page.EvaluateAsync($"() => measureUntil(() => {host.Output(Cells - 10)}.includes('result {Cells - 10}!'))");
        var restart = Stopwatch.StartNew();
        await page.EvaluateAsync(host.Restart);
        await page.Keyboard.PressAsync("Shift+Enter");
        await page.EvaluateAsync("() => measured");
        return new Figures(start, cells[0], [.. cells.Skip(1)], typing, completion, restart.Elapsed.TotalMilliseconds);
    }

    private static async Task<IReadOnlyList<object>> WholeCourseAsync(IPlaywright playwright, PageHost host)
    {
        await using var server = await host.StartAsync();
        await using (var browser = await Chromium.LaunchAsync(playwright))
        {
            foreach (var notebook in Course.Notebooks)
            {
                var page = await browser.NewPageAsync();
                await host.OpenAsync(page, server.Address, Path.GetFileName(notebook));
                await host.RunAllAsync(page);
                await page.CloseAsync();
            }
        }

        await using var fresh = await Chromium.LaunchAsync(playwright);
        var before = MebibytesOf(Renderers());
        var results = await fresh.NewPageAsync(
            new()
            {
                ViewportSize = new() { Width = 1440, Height = 900 },
            }
        );
        await host.OpenAsync(results, server.Address, "06-results.ipynb");
        var again = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            await results.ReloadAsync();
            await host.ReadyAsync(results);
            again.Add(
                await results.EvaluateAsync<double>(
                    "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
                )
            );
        }

        await Task.Delay(TimeSpan.FromSeconds(10));
        var servers = server.Processes.Where(process => host.IsServer(process.Command)).Select(process => process.Id).ToList();
        return
        [
            Report.Median(again),
            MebibytesOf(servers),
            servers.Sum(ProcessTree.PeakMebibytes),
            MebibytesOf(server.Processes.Where(process => host.IsSession(process.Command)).Select(process => process.Id)),
            MebibytesOf(Renderers()) - before,
        ];
    }

    private static IEnumerable<int> Renderers() =>
        ProcessTree.Of(Environment.ProcessId).Where(process => process.Command.Contains("--type=renderer")).Select(process => process.Id);

    private static double MebibytesOf(IEnumerable<int> processes) => processes.Sum(ProcessTree.Mebibytes);

    private sealed record Figures(
        double Start,
        double FirstCell,
        IReadOnlyList<double> Trivial,
        IReadOnlyList<double> Typing,
        IReadOnlyList<double> Completion,
        double Restart
    )
    {
        public override string ToString() =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"page {Start:F0}, first cell {FirstCell:F0}, cell {Report.Median(Trivial):F1}, key {Report.Median(Typing):F1}, "
                    + $"completion {string.Join(' ', Completion.Select(time => $"{time:F0}"))}, restart {Restart:F0}"
            );
    }
}
