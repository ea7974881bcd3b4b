using System.CommandLine;

namespace NotebookHost.Commands;

/// <summary><c>doctor</c>: what this machine has and lacks.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Tells what this machine has and lacks for the course, and the command that mends each.");
        command.SetAction(_ => 0);
        return command;
    }
}
