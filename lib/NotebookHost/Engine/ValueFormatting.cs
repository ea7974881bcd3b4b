using System.Collections;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>Turns a value into one text per MIME type, by the formatters of .NET Interactive.</summary>
internal static class ValueFormatting
{
    public const string Plain = "text/plain";
    public const string Html = "text/html";

    /// <summary>A little longer than formatting itself may take; this limit is for a getter that waits.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(7);

    static ValueFormatting() => OwnFormatters.Register();

    /// <summary>Formats a value as the given MIME types, or as those its type prefers where none is given. What goes on without end is
    /// shown by its <see cref="object.ToString"/>, with the reason.</summary>
    public static IReadOnlyDictionary<string, string> Format(object? value, params IReadOnlyCollection<string>? mimeTypes)
    {
        try
        {
            return IsCheap(value) ? FormatAtOnce(value, mimeTypes)
                : EndlessEnumeration.IsEndless(value!) ? throw new UnboundedDisplayException("it contains itself")
                : FormatInTime(value!, mimeTypes);
        }
        catch (TargetInvocationException e) when (Innermost(e) is not UnboundedDisplayException)
        {
            // Formatters call by reflection, which wraps the exception that was thrown.
            ExceptionDispatchInfo.Throw(Innermost(e));
            throw;
        }
        catch (Exception e) when (Innermost(e) is UnboundedDisplayException)
        {
            return new Dictionary<string, string>
            {
                [Plain] = $"{InShort(value!)}\n[This {value!.GetType().Name} is not shown in full: {Innermost(e).Message}.]",
            };
        }
    }

    private static Exception Innermost(Exception exception) =>
        exception is TargetInvocationException { InnerException: { } inner } ? Innermost(inner) : exception;

    /// <summary>Formats on another thread, which is abandoned if it does not return.</summary>
    private static Dictionary<string, string> FormatInTime(object value, IReadOnlyCollection<string>? mimeTypes)
    {
        var formatting = Task.Run(() => FormatAtOnce(value, mimeTypes));
        return Task.WaitAny([formatting], LongestWait) == 0
            ? formatting.GetAwaiter().GetResult()
            : throw new UnboundedDisplayException($"it takes longer than {LongestWait.TotalSeconds} s");
    }

    private static Dictionary<string, string> FormatAtOnce(object? value, IReadOnlyCollection<string>? mimeTypes)
    {
        var asPreferred = mimeTypes is null or { Count: 0 };
        var data = new Dictionary<string, string>();
        foreach (var mimeType in asPreferred ? Formatter.GetPreferredMimeTypesFor(value?.GetType()) : mimeTypes!)
        {
            data[mimeType] = Text(value, mimeType);
        }

        // A front end without HTML (nbconvert to text, a terminal) needs something to show.
        if (asPreferred && data.ContainsKey(Html) && !data.ContainsKey(Plain) && IsCheapAsText(value))
        {
            data[Plain] = Text(value, Plain);
        }

        return data;
    }

    private static string Text(object? value, string mimeType)
    {
        using var writer = new BoundedWriter();
        using (var context = new FormatContext(writer))
        {
            value.FormatTo(context, mimeType);
        }

        return writer.ToString();
    }

    private static string InShort(object value)
    {
        try
        {
            return value.ToString() ?? "";
        }
        catch (Exception e)
        {
            return $"{value.GetType()} (its ToString fails: {e.Message})";
        }
    }

    private static bool IsCheap(object? value) =>
        value is null or string or bool or char or IHtmlContent || value is IFormattable and ValueType;

    private static bool IsCheapAsText(object? value) =>
        value is null or string or IFormattable or bool or char
        || value is ICollection
            && ElementType(value.GetType()) is { } type
            && (type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(decimal));

    private static Type? ElementType(Type type) =>
        type.IsArray
            ? type.GetElementType()
            : type.GetInterfaces()
                .FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
                ?.GetGenericArguments()[0];
}
