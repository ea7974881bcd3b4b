using NotebookHost.Pages;

namespace NotebookHost.Commands;

/// <summary>The program's exit codes.</summary>
internal static class ExitCode
{
    /// <summary>All is well.</summary>
    public const int Ok = 0;

    /// <summary>A cell failed; for <c>clear --check</c> a notebook is not clear; for <c>doctor</c> something essential is
    /// missing.</summary>
    public const int Failed = 1;

    /// <summary>An unknown option, a missing file, not a notebook.</summary>
    public const int WrongUse = 2;

    /// <summary>A cell ran longer than allowed.</summary>
    public const int TimedOut = 3;

    /// <summary>Stopped by the user, as shells number it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>The code for a whole run: an interruption outweighs a time-out, and a time-out outweighs a failure.</summary>
    public static int Of(RunSummary summary)
    {
        bool Any(RunStatus status) => summary.Notebooks.Any(result => result.Status == status);
        return Any(RunStatus.Interrupted) ? Interrupted
            : Any(RunStatus.TimedOut) ? TimedOut
            : Any(RunStatus.Failed) ? Failed
            : Ok;
    }
}
