using System.Collections;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>Turns a value into one text per MIME type, by the formatters of .NET Interactive.</summary>
internal static class ValueFormatting
{
    public const string Plain = "text/plain";
    public const string Html = "text/html";

    /// <summary>Formats a value as the given MIME types, or as those its type prefers where none is given.</summary>
    public static IReadOnlyDictionary<string, string> Format(object? value, params IReadOnlyCollection<string>? mimeTypes)
    {
        var asPreferred = mimeTypes is null or { Count: 0 };
        var data = new Dictionary<string, string>();
        foreach (var mimeType in asPreferred ? Formatter.GetPreferredMimeTypesFor(value?.GetType()) : mimeTypes!)
        {
            data[mimeType] = value.ToDisplayString(mimeType);
        }

        // A front end without HTML (nbconvert to text, a terminal) needs something to show.
        if (asPreferred && data.ContainsKey(Html) && !data.ContainsKey(Plain) && IsCheapAsText(value))
        {
            data[Plain] = value.ToDisplayString(Plain);
        }

        return data;
    }

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
