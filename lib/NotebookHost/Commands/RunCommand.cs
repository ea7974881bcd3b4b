using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using NotebookHost.Pages;
using NotebookHost.Running;
using Spectre.Console;

namespace NotebookHost.Commands;

/// <summary><c>run</c>: executes notebooks and writes their pages.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    /// <summary>The width of tables in a log, which has no width of its own; 80 columns, the usual default, would be too narrow.</summary>
    private const int LogWidth = 160;

    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Notebooks to run, in this order. Default: all in the repository's folder notebooks, by name, without solutions.",
        };
        var output = new Option<string?>("--output")
        {
            HelpName = "DIR",
            Description = "Where the executed notebooks, the pages and summary.json go. Default: artifacts/tutorial in the repository.",
        };
        var set = new Option<string[]>("--set")
        {
            HelpName = "NAME=VALUE",
            Description = "Sets a variable that a cell tagged 'parameters' declares. May be given several times.",
        };
        var timeout = new Option<string?>("--timeout")
        {
            HelpName = "SECONDS",
            Description = "How long one cell may run. Default: no limit.",
        };
        var keepGoing = new Option<bool>("--keep-going") { Description = "Run the remaining notebooks after one has failed." };
        var allCells = new Option<bool>("--all-cells")
        {
            Description = "Run the remaining cells of a notebook after one has failed; the notebook counts as failed all the same.",
        };
        var command = new Command(
            Name,
            "Runs notebooks, each in a process of its own. Exit code: 0 all passed, 1 a cell failed, 2 wrong use, 3 timed out, 130 "
                + "interrupted."
        )
        {
            paths,
            output,
            set,
            timeout,
            keepGoing,
            allCells,
        };
        paths.Validators.Add(UnknownOptions.Refuse);
        command.SetAction(
            (parsed, _) =>
                RunAsync(
                    new RunOptions
                    {
                        Paths = parsed.GetValue(paths) ?? [],
                        Output = parsed.GetValue(output),
                        Parameters = Parameters(parsed.GetValue(set) ?? []),
                        CellTimeout = Timeout(parsed.GetValue(timeout)),
                        KeepGoing = parsed.GetValue(keepGoing),
                        KeepGoingInNotebooks = parsed.GetValue(allCells),
                    }
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(RunOptions options)
    {
        var plan = RunPlan.Make(options);
        using var interrupt = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            // The first signal ends the run cleanly; a second one ends the program at once.
            signal.Cancel = !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        }

        using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var sighup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

        Console.SetOut(new PatientWriter(Console.Out));
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = LogWidth;
        }

        var summary =
            Console.IsOutputRedirected || !console.Profile.Capabilities.Interactive
                ? await new Runner(plan, new PlainReporter(Console.Out)).RunAsync(interrupt.Token)
                : await ProgressReporter.ShowAsync(console, reporter => new Runner(plan, reporter).RunAsync(interrupt.Token));
        RunTable.Write(console, summary, plan.Output);
        if (options.Paths.Count == 0)
        {
            Console.WriteLine("To do the course yourself, in the browser: dotnet run --project lib/NotebookHost open");
        }

        return ExitCode.Of(summary);
    }

    private static Dictionary<string, string> Parameters(string[] settings)
    {
        var parameters = new Dictionary<string, string>();
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UsageException($"--set {setting}: write it as NAME=VALUE.");
            }

            parameters[setting[..equals].Trim()] = setting[(equals + 1)..];
        }

        return parameters;
    }

    private static TimeSpan? Timeout(string? text) =>
        text is null ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 1e6
            ? TimeSpan.FromSeconds(seconds)
        : throw new UsageException($"--timeout {text}: give a number of seconds above 0, at most 1000000.");
}
