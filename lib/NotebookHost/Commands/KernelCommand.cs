using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using NetMQ;
using NotebookHost.Jupyter;
using NotebookHost.Running;

namespace NotebookHost.Commands;

/// <summary><c>kernel</c>: makes this program known to Jupyter, and is what Jupyter then starts.</summary>
internal static class KernelCommand
{
    public static Command Create() =>
        new("kernel", "A kernel for Jupyter: the same notebooks with Shift+Enter in any front end.") { Install(), Start() };

    private static Command Install()
    {
        var user = new Option<bool>("--user") { Description = "For this user: in Jupyter's data folder. The default." };
        var prefix = new Option<string?>("--prefix")
        {
            HelpName = "DIR",
            Description = "In DIR/share/jupyter, for example of a Python environment or of the whole system (/usr/local).",
        };
        var name = new Option<string>("--name")
        {
            HelpName = "NAME",
            Description = $"The kernel's name. Default: {KernelInfo.Name}, the name that the course's notebooks ask for.",
            DefaultValueFactory = _ => KernelInfo.Name,
        };
        var force = new Option<bool>("--force") { Description = "Replace another program's kernel of that name." };
        var command = new Command(
            "install",
            "Makes the kernel known to Jupyter, with a copy of this program, so that the repository can be moved or cleaned."
        )
        {
            user,
            prefix,
            name,
            force,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(user) && result.GetValue(prefix) is not null)
            {
                result.AddError("--user and --prefix exclude each other");
            }
        });
        command.SetAction(parsed => Install(parsed.GetValue(prefix), parsed.GetValue(name)!, parsed.GetValue(force)));
        return command;
    }

    private static int Install(string? prefix, string name, bool force)
    {
        var kernels = prefix is null ? KernelSpec.UserFolder : Path.Combine(Path.GetFullPath(prefix), "share", "jupyter", "kernels");
        Console.WriteLine($"Installed: {KernelSpec.Install(kernels, name, force)}");
        Console.WriteLine(
            "Open a notebook with: jupyter notebook, jupyter lab, or VS Code's Jupyter extension. After an update of the course, "
                + "install again."
        );
        Console.WriteLine(
            "VS Code completes C# in notebooks only with this line in its User settings (not in those of a folder or container):\n"
                + """  "jupyter.completionTriggerCharacters": { "csharp": ["."] }"""
        );
        return ExitCode.Ok;
    }

    private static Command Start()
    {
        var file = new Argument<string>("CONNECTION-FILE") { Description = "The file that says where to listen; the front end writes it." };
        var command = new Command("start", "Serves one notebook to the front end that wrote the connection file. Not for people to type.")
        {
            file,
        };
        command.SetAction((parsed, _) => StartAsync(parsed.GetRequiredValue(file)));
        return command;
    }

    private static async Task<int> StartAsync(string path)
    {
        var connection = ConnectionFile.Read(path);
        KernelSockets sockets;
        try
        {
            sockets = new KernelSockets(connection);
        }
        catch (Exception e) when (e is NetMQException or SocketException or ArgumentException or FormatException)
        {
            throw new UsageException($"{path}: cannot listen on {connection.Ip} ({e.Message.TrimEnd('.')}).", e);
        }

        using (sockets)
        {
            await using var kernel = new JupyterKernel(sockets);
            // Front ends send a message to interrupt; Ctrl+C in a terminal means the same.
            using var sigint = PosixSignalRegistration.Create(
                PosixSignal.SIGINT,
                signal =>
                {
                    signal.Cancel = true;
                    _ = kernel.InterruptAsync();
                }
            );
            await kernel.RunAsync();
        }

        return ExitCode.Ok;
    }
}
