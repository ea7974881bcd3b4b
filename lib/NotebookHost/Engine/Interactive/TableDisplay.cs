using System.Net;
using System.Reflection;

// In System, so that a cell needs no using.
namespace System;

/// <summary>Shows a sequence as a table.</summary>
public static class TableDisplay
{
    private const int MostRows = 1_000;

    /// <summary>Shows a sequence as a table: a row for each item, a column for each property; the same as CSV beside it.</summary>
    /// <returns>What was shown, to be updated in place.</returns>
    public static Microsoft.DotNet.Interactive.DisplayedValue DisplayTable<T>(this IEnumerable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var rows = source.Take(MostRows + 1).ToList();
        var properties = typeof(T)
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanRead && property.GetIndexParameters().Length == 0)
            .ToList();
        var asValue = properties.Count == 0 || typeof(T) == typeof(string) || typeof(T).IsPrimitive;
        string[] Cells(T row) => asValue ? [Text(row)] : [.. properties.Select(property => Text(property.GetValue(row)))];
        string[] head = asValue ? ["value"] : [.. properties.Select(property => property.Name)];
        var shown = rows.Take(MostRows).Select(Cells).ToList();
        var note = rows.Count > MostRows ? $"<p>The first {MostRows:N0} rows.</p>" : "";
        return new(
            DisplayExtensions.CurrentCell().Output,
            null,
            new Dictionary<string, string>
            {
                ["text/html"] =
                    $"<table><thead>{Row("th", head)}</thead>"
                    + $"<tbody>{string.Concat(shown.Select(row => Row("td", row)))}</tbody></table>{note}",
                ["text/csv"] = Csv(shown.Prepend(head)),
            }
        );
    }

    /// <summary>Rows as CSV.</summary>
    internal static string Csv(IEnumerable<string[]> rows) =>
        string.Concat(rows.Select(row => string.Join(',', row.Select(Quoted)) + "\n"));

    private static string Text(object? value) => Convert.ToString(value, Globalization.CultureInfo.InvariantCulture) ?? "";

    private static string Row(string tag, string[] cells) =>
        $"<tr>{string.Concat(cells.Select(cell => $"<{tag}>{WebUtility.HtmlEncode(cell)}</{tag}>"))}</tr>";

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
