using System.Text;
using Microsoft.DotNet.Interactive;

namespace NotebookHost.Engine;

/// <summary>Sends what code writes to <see cref="Console"/> to the cell that it belongs to, and answers what it reads.</summary>
internal static class ConsoleRedirection
{
    private static readonly Lock Once = new();
    private static (TextWriter Out, TextWriter Error, TextReader In)? _installed;

    /// <summary>Replaces the console's three streams, again before each cell, since a cell may have set others. Outside a cell the new
    /// streams still reach the real ones.</summary>
    public static void Install()
    {
        lock (Once)
        {
            if (_installed is not { } ours)
            {
                Console.SetOut(new CellWriter("stdout", Console.Out));
                Console.SetError(new CellWriter("stderr", Console.Error));
                Console.SetIn(new CellReader(Console.In));
                _installed = (Console.Out, Console.Error, Console.In);
                return;
            }

            if (Console.Out != ours.Out)
            {
                Console.SetOut(ours.Out);
            }

            if (Console.Error != ours.Error)
            {
                Console.SetError(ours.Error);
            }

            if (Console.In != ours.In)
            {
                Console.SetIn(ours.In);
            }
        }
    }

    private sealed class CellWriter(string stream, TextWriter outside) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write([value]);

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(string? value) => Write(value.AsSpan());

        public override void WriteLine(string? value) => Write(value + NewLine);

        public override void Write(ReadOnlySpan<char> buffer)
        {
            if (buffer.IsEmpty)
            {
                return;
            }

            if (KernelInvocationContext.Current is { } context)
            {
                context.Output.Write(stream, buffer);
            }
            else
            {
                outside.Write(buffer);
            }
        }
    }

    private sealed class CellReader(TextReader outside) : TextReader
    {
        private string _rest = "";
        private KernelInvocationContext? _reader;

        public override string? ReadLine()
        {
            if (KernelInvocationContext.Current is not { } context)
            {
                return outside.ReadLine();
            }

            Forget(context);
            if (_rest.Length > 0)
            {
                var line = _rest.TrimEnd('\n');
                _rest = "";
                return line;
            }

            return context.ReadInput(new InputQuestion(""));
        }

        public override int Peek() => Fill() ? _rest[0] : -1;

        public override int Read()
        {
            if (!Fill())
            {
                return -1;
            }

            var first = _rest[0];
            _rest = _rest[1..];
            return first;
        }

        /// <summary>Drops the rest of a line that an earlier cell did not read.</summary>
        private void Forget(KernelInvocationContext context)
        {
            if (_reader != context)
            {
                (_reader, _rest) = (context, "");
            }
        }

        private bool Fill()
        {
            if (KernelInvocationContext.Current is { } context)
            {
                Forget(context);
            }

            if (_rest.Length == 0 && ReadLine() is { } line)
            {
                _rest = line + "\n";
            }

            return _rest.Length > 0;
        }
    }
}
