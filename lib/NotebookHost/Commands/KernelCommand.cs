using System.CommandLine;
using System.Runtime.InteropServices;
using NetMQ;
using NotebookHost.Jupyter;
using NotebookHost.Running;

namespace NotebookHost.Commands;

/// <summary><c>kernel</c>: makes this program known to Jupyter, and is what Jupyter then starts.</summary>
internal static class KernelCommand
{
    public static Command Create() => new("kernel", "A kernel for Jupyter: the same notebooks with Shift+Enter in any front end.") { Start() };

    private static Command Start()
    {
        var file = new Argument<string>("CONNECTION-FILE") { Description = "The file that says where to listen; the front end writes it." };
        var command = new Command("start", "Serves one notebook to the front end that wrote the connection file. Nothing for people to type.") { file };
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
        catch (NetMQException e)
        {
            throw new UsageException($"{path}: cannot listen on {connection.Ip} ({e.Message.TrimEnd('.')}).", e);
        }

        using (sockets)
        {
            await using var kernel = new JupyterKernel(sockets);
            // Front ends send a message to interrupt; Ctrl+C in a terminal means the same.
            using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
            {
                signal.Cancel = true;
                _ = kernel.InterruptAsync();
            });
            await kernel.RunAsync();
        }

        return ExitCode.Ok;
    }
}
