using System.CommandLine;
using NotebookHost.Commands.Doctor;
using NotebookHost.Documents;

namespace NotebookHost.Commands;

/// <summary><c>doctor</c>: what this machine has and what is missing.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command(
            "doctor",
            "Tells what this machine has and what is missing for the course, with the command that installs or repairs it."
        );
        command.SetAction(_ => Examine());
        return command;
    }

    private static int Examine()
    {
        var root = Repository.Find();
        var missing = false;
        foreach (var finding in MachineChecks.All(root).Concat(CourseChecks.All(root)))
        {
            missing |= finding.Verdict == Verdict.Missing;
            var mark = finding.Verdict switch
            {
                Verdict.Ok => "ok     ",
                Verdict.Optional => "-      ",
                _ => "MISSING",
            };
            Console.WriteLine($"{mark}  {finding.Name, -20} {finding.Detail}");
            if (finding.Remedy is { } remedy)
            {
                Console.WriteLine($"{"", 29} → {remedy}");
            }
        }

        return missing ? ExitCode.Failed : ExitCode.Ok;
    }
}
