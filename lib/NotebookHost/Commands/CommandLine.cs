using System.CommandLine;

namespace NotebookHost.Commands;

/// <summary>The program's commands.</summary>
internal static class CommandLine
{
    /// <summary>Runs the command that the arguments name and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            "Runs C# notebooks without a front end, and writes the results as pages. Without a command it runs all notebooks of the "
                + "repository."
        )
        {
            OpenCommand.Create(),
            RunCommand.Create(),
            ClearCommand.Create(),
            DoctorCommand.Create(),
            KernelCommand.Create(),
            HiddenCommand.Create(),
        };

        var parsed = root.Parse(WithDefaultCommand(args));
        if (parsed.Errors.Count > 0)
        {
            // An unknown command also gives the error of a missing command; the first error says more.
            var error =
                parsed.Errors.FirstOrDefault(error => error.Message.StartsWith("Unrecognized", StringComparison.Ordinal))
                ?? parsed.Errors[0];
            await Console.Error.WriteLineAsync($"{error.Message.TrimEnd('.')}; see --help.");
            return ExitCode.WrongUse;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
            );
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync(ConsoleText.InOneLine(e.Message));
            return ExitCode.WrongUse;
        }
    }

    /// <summary>Without a command the program runs notebooks, so the options of run may come first.</summary>
    private static string[] WithDefaultCommand(string[] args) =>
        args.Length == 0 || (args[0].StartsWith('-') && args[0] is not ("-h" or "-?" or "--help" or "--version"))
            ? [RunCommand.Name, .. args]
            : args;
}
