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
        var fix = new Option<bool>("--fix") { Description = "Fix what can be fixed by moving a file." };
        command.Options.Add(fix);
        command.SetAction(parsed => Examine(parsed.GetValue(fix)));
        return command;
    }

    private static int Examine(bool fix)
    {
        var root = Repository.Find();
        var missing = false;
        foreach (
            var finding in MachineChecks.All(root).Append(PolyglotManifest.Check(fix)).OfType<Finding>().Concat(CourseChecks.All(root))
        )
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
