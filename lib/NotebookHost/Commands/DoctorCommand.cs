using System.CommandLine;
using NotebookHost.Doctor;
using NotebookHost.Running;

namespace NotebookHost.Commands;

/// <summary><c>doctor</c>: what this machine has and lacks.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Tells what this machine has and lacks for the course, and the command that mends each.");
        command.SetAction(_ => Examine());
        return command;
    }

    private static int Examine()
    {
        var root = Repository.Find();
        var lacks = false;
        foreach (var finding in MachineChecks.All(root).Concat(CourseChecks.All(root)))
        {
            lacks |= finding.Verdict == Verdict.Lacks;
            var mark = finding.Verdict switch
            {
                Verdict.Ok => "ok   ",
                Verdict.Optional => "-    ",
                _ => "LACKS",
            };
            Console.WriteLine($"{mark}  {finding.Name, -20} {finding.Detail}");
            if (finding.Remedy is { } remedy)
            {
                Console.WriteLine($"{"", 27} → {remedy}");
            }
        }

        return lacks ? ExitCode.Failed : ExitCode.Ok;
    }
}
