using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace NotebookHost.Engine;

/// <summary>Turns exceptions and compiler messages into errors that name the learner's cells and lines.</summary>
internal sealed class ErrorReport
{
    private static readonly string[] EngineNamespaces =
    [
        "NotebookHost.Engine",
        "Microsoft.CodeAnalysis",
        "System.Runtime.CompilerServices",
        "System.Runtime.ExceptionServices",
        "System.Threading",
    ];

    /// <summary>How many frames are looked at from each end of a trace; an endless recursion has thousands.</summary>
    private const int MostFrames = 200;

    private const string OutOfMemory =
        "The cell asked for more memory than there is. Use smaller batches or images, and free values that are no longer needed "
        + "(Dispose, or set the variable to null).";

    private readonly ConcurrentDictionary<string, CellSource> _sources = new();

    /// <summary>Remembers a source and returns the file name under which stack frames will show it.</summary>
    public string Register(CellSource source)
    {
        // Relative and without a folder, so that Roslyn resolves #r against the session's directory.
        var file = $"{source.Label} #{_sources.Count + 1}";
        _sources[file] = source;
        return file;
    }

    public static CellError FromCompilation(CompilationErrorException exception, CellSource source)
    {
        var errors = exception.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).ToList();
        var traceback = new List<string>();
        foreach (var error in errors)
        {
            var at = error.Location.GetLineSpan().StartLinePosition;
            traceback.Add($"{source.Place(at.Line + 1)}, column {at.Character + 1}: error {error.Id}: {error.GetMessage()}");
            if (error.Location.IsInSource && source.Line(at.Line + 1) is { Length: > 0 } text)
            {
                traceback.Add($"      {text}");
            }
        }

        // What works in a cell instead, once, after the compiler's messages.
        traceback.AddRange(errors.Select(PastedCode.Advice).OfType<string>().Distinct());

        var first = errors.FirstOrDefault(error => error.Location.IsInSource);
        return new CellError(
            "CompilationError",
            string.Join("\n", errors.Select(error => $"{error.Id}: {error.GetMessage()}")),
            traceback,
            first?.Location.GetLineSpan().StartLinePosition.Line + 1
        );
    }

    public CellError FromException(Exception exception, CellSource source)
    {
        var traceback = new List<string>();
        int? line = null;
        for (var e = exception; e is not null; e = e.InnerException)
        {
            traceback.Add($"{(e == exception ? "" : "caused by ")}{NameOf(e)}: {MessageOf(e)}");
            var (repeated, places) = (0, new List<string>());
            var frames = new StackTrace(e, fNeedFileInfo: true).GetFrames();
            foreach (var frame in frames.Length > 2 * MostFrames ? [.. frames[..MostFrames], .. frames[^MostFrames..]] : frames)
            {
                if (Describe(frame, source, out var here) is { } text)
                {
                    repeated = places.Count > 0 && text == places[^1] ? repeated + 1 : 0;
                    if (repeated < 3)
                    {
                        places.Add(text);
                    }

                    line ??= here;
                }
            }

            traceback.AddRange(ShortTrace.Of(places));
        }

        return new CellError(NameOf(exception), MessageOf(exception), traceback, line);
    }

    private string? Describe(StackFrame frame, CellSource running, out int? line)
    {
        line = null;
        if (frame.GetMethod() is not { } method)
        {
            return null;
        }

        if (frame.GetFileName() is { } file && _sources.TryGetValue(Path.GetFileName(file), out var source))
        {
            var number = frame.GetFileLineNumber();
            line = source == running ? number : null;
            var text = source.Line(number);
            return $"   at {MethodName(method)}{source.Place(number)}{(text.Length > 0 ? $":  {text}" : "")}";
        }

        var type = method.DeclaringType?.FullName ?? "";
        return
            type.StartsWith("Submission#", StringComparison.Ordinal)
            || Array.Exists(EngineNamespaces, name => type.StartsWith(name, StringComparison.Ordinal))
            ? null
            : $"   at {type}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))})";
    }

    /// <summary>The method's name and " in ", or nothing for the cell's own statements.</summary>
    private static string MethodName(MethodBase method)
    {
        // The compiler names a cell's body <Initialize>, an async method <Name>d__1.MoveNext, a lambda <Name>b__1, a local function
        // <Outer>g__Name|1.
        var name = method.Name == "MoveNext" ? method.DeclaringType!.Name : method.Name;
        if (name.Contains(">g__", StringComparison.Ordinal))
        {
            return $"{name[(name.IndexOf(">g__", StringComparison.Ordinal) + 4)..].Split('|')[0]} in ";
        }

        if (name.Contains(">b__", StringComparison.Ordinal))
        {
            return "a lambda in ";
        }

        name = name.TrimStart('<').Split('>')[0];
        return name is "Initialize" or "Factory" or "Main" ? "" : $"{name} in ";
    }

    private static string MessageOf(Exception exception) =>
        exception switch
        {
            OutOfMemoryException => $"{exception.Message} {OutOfMemory}",
            InsufficientExecutionStackException =>
                "The stack is full: most often a method calls itself without end. Give it a case in which it does not.",
            InvalidOperationException
                when new StackTrace(exception).GetFrame(0)?.GetMethod() is { Name: "ReadKey" or "get_KeyAvailable" } =>
                "Single keys need a terminal, and a notebook has none. Take Console.ReadLine() where somebody can type (Jupyter, VS "
                    + "Code, the live page); where nobody can, write the value in the cell.",
            _ => exception.Message,
        };

    private static string NameOf(Exception exception)
    {
        var type = exception.GetType();
        return type.FullName is { } name && !name.StartsWith("Submission#", StringComparison.Ordinal) ? name : type.Name;
    }
}
