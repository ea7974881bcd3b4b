using System.Net;
using System.Text;

namespace CnnTutorial;

/// <summary>The few building blocks of HTML that the library's displays are made of.</summary>
internal static class Html
{
    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A table; columns whose every cell begins with a digit or sign are set flush right.</summary>
    public static string Table(
        string caption,
        IReadOnlyList<string> headers,
        IReadOnlyList<IReadOnlyList<string>> rows,
        IReadOnlyList<string>? footer = null
    )
    {
        var number = NumberColumns(headers, rows);
        var html = new StringBuilder(Figure.Style("table.css")).Append("<table class=\"cnn-table\">");
        if (caption.Length > 0)
        {
            html.Append("<caption>").Append(Encode(caption)).Append("</caption>");
        }

        html.Append("<thead><tr>");
        AppendCells(html, "th scope=\"col\"", "th", headers, number);
        html.Append("</tr></thead><tbody>");
        foreach (var row in rows)
        {
            html.Append("<tr>");
            AppendCells(html, "td", "td", row, number);
            html.Append("</tr>");
        }

        html.Append("</tbody>");
        if (footer is not null)
        {
            html.Append("<tfoot><tr>");
            AppendCells(html, "td", "td", footer, number);
            html.Append("</tr></tfoot>");
        }

        return html.Append("</table>").ToString();
    }

    /// <summary>A box with a coloured edge; <paramref name="body"/> is HTML.</summary>
    public static string Card(string title, string body, string? edge = null) =>
        $"{Figure.Style("table.css")}<div class=\"cnn-card\" style=\"--card-edge:{edge ?? Palette.Accent}\">"
        + $"<strong>{Encode(title)}</strong>{body}</div>";

    /// <summary>A progress bar with a line of text under it.</summary>
    public static string Progress(double fraction, string text)
    {
        var percent = (100 * Math.Clamp(fraction, 0, 1)).ToString("0.0");
        return $"{Figure.Style("table.css")}<div class=\"cnn-bar\" role=\"progressbar\" aria-label=\"Progress\" "
            + $"aria-valuemin=\"0\" aria-valuemax=\"100\" "
            + $"aria-valuenow=\"{percent}\"><div style=\"width:{percent}%\"></div></div>"
            + $"<div class=\"cnn-line\">{Encode(text)}</div>";
    }

    /// <summary>The same table in plain text, columns padded with spaces.</summary>
    public static string PlainTable(
        string caption,
        IReadOnlyList<string> headers,
        IReadOnlyList<IReadOnlyList<string>> rows,
        IReadOnlyList<string>? footer = null
    )
    {
        var number = NumberColumns(headers, rows);
        var all = rows.Prepend(headers).Concat(footer is null ? [] : [footer]).ToList();
        var widths = headers.Select((_, column) => all.Max(row => row[column].Length)).ToList();
        var lines = all.Select(row =>
                string.Join(
                        "  ",
                        row.Select((cell, column) => number[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))
                    )
                    .TrimEnd()
            )
            .ToList();
        var rule = new string('-', widths.Sum() + (2 * (widths.Count - 1)));
        lines.Insert(1, rule);
        if (footer is not null)
        {
            lines.Insert(lines.Count - 1, rule);
        }

        return string.Join('\n', caption.Length > 0 ? lines.Prepend(caption) : lines);
    }

    private static void AppendCells(StringBuilder html, string open, string close, IReadOnlyList<string> cells, List<bool> number)
    {
        for (var column = 0; column < cells.Count; column++)
        {
            html.Append('<')
                .Append(open)
                .Append(number[column] ? " class=\"number\">" : ">")
                .Append(Encode(cells[column]))
                .Append("</")
                .Append(close)
                .Append('>');
        }
    }

    private static List<bool> NumberColumns(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows) =>
        [.. headers.Select((_, column) => rows.Count > 0 && rows.All(row => IsNumber(row[column])))];

    private static bool IsNumber(string cell) =>
        cell.Length == 0 || char.IsAsciiDigit(cell[0]) || (cell[0] is '-' or '+' or '−' && cell.Length > 1);
}
