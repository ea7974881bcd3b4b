using System.CommandLine;
using NotebookHost.Worker;

namespace NotebookHost.Commands;

/// <summary>How the program starts itself for one notebook; not for people to type.</summary>
internal static class HiddenCommand
{
    public static Command Create()
    {
        var pipe = new Argument<string>("pipe");
        var command = new Command(WorkerProgram.CommandName) { pipe };
        command.Hidden = true;
        command.SetAction((parsed, _) => WorkerProgram.ServeAsync(parsed.GetRequiredValue(pipe)));
        return command;
    }
}
