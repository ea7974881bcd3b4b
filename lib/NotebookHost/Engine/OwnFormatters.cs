using System.Globalization;
using System.Net;
using System.Xml.Linq;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.DotNet.Interactive.Formatting.TabularData;

namespace NotebookHost.Engine;

/// <summary>Formatters for types of the framework that .NET Interactive shows wrongly, or by a tree of all their properties.</summary>
internal static class OwnFormatters
{
    /// <summary>Registers them, before any of a cell's.</summary>
    public static void Register()
    {
        // .NET Interactive's formatter writes a Z after every time, whatever its zone.
        Both<DateTime>(time =>
            time.ToString(time.Kind == DateTimeKind.Utc ? "yyyy-MM-dd HH:mm:ss'Z'" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        );
        Both<DateTimeOffset>(time => time.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture));
        Both<DateOnly>(date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Both<TimeOnly>(time => time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture));

        Formatter.Register<LaTeXString>(text => text.ToString(), "text/latex");
        Formatter.SetPreferredMimeTypesFor(typeof(LaTeXString), "text/latex");
        Formatter.Register<MathString>(formula => $"$${formula}$$", "text/latex");
        Formatter.SetPreferredMimeTypesFor(typeof(MathString), "text/latex");

        Formatter.Register<TabularDataResource>((table, writer) => writer.Write(Csv(table)), "text/csv");
        Formatter.SetPreferredMimeTypesFor(typeof(TabularDataResource), "text/html", "text/csv");

        // Every node leads to every other: a document of three elements made 1 MB of HTML.
        Formatter.Register<XObject>((value, writer) => writer.Write($"<pre>{WebUtility.HtmlEncode(value.ToString())}</pre>"), "text/html");
        Formatter.Register<XObject>((value, writer) => writer.Write(value.ToString()), "text/plain");
        Formatter.Register<System.Xml.XmlNode>(
            (value, writer) => writer.Write($"<pre>{WebUtility.HtmlEncode(value.OuterXml)}</pre>"),
            "text/html"
        );
    }

    private static string Csv(TabularDataResource table)
    {
        var names = table.Schema.Fields.Select(field => field.Name).ToList();
        var rows = table.Data.Select(row => row.ToDictionary(entry => entry.Key, entry => entry.Value)).ToList();
        return TableDisplay.Csv(
            rows.Select(row =>
                    names.Select(name => Convert.ToString(row.GetValueOrDefault(name), CultureInfo.InvariantCulture) ?? "").ToArray()
                )
                .Prepend([.. names])
        );
    }

    private static void Both<T>(Func<T, string> text)
    {
        Formatter.Register<T>(text, "text/plain");
        Formatter.Register<T>((value, writer) => writer.Write($"<span>{text(value)}</span>"), "text/html");
    }
}
