using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>Shows data frames of Microsoft.Data.Analysis as tables. The package brings an extension for that, which needs more of .NET
/// Interactive than there is here. A formatter that a library registers later comes first.</summary>
internal static class DataFrames
{
    /// <summary>The file of the package's extension, which is not loaded.</summary>
    public const string Extension = "Microsoft.Data.Analysis.Interactive.dll";

    private const int MostRows = 100;

    /// <summary>Registers the formatter.</summary>
    /// <param name="analysis">The assembly Microsoft.Data.Analysis.</param>
    public static void Register(Assembly analysis)
    {
        if (analysis.GetType("Microsoft.Data.Analysis.DataFrame") is { } frame)
        {
            Formatter.Register(frame, (value, writer) => writer.Write(Html(value)), "text/html");
        }
    }

    private static string Html(dynamic frame)
    {
        long count = frame.Rows.Count;
        var html = new StringBuilder("<table><thead><tr><th><i>index</i></th>");
        foreach (var column in frame.Columns)
        {
            html.Append("<th>").Append(WebUtility.HtmlEncode((string)column.Name)).Append("</th>");
        }

        html.Append("</tr></thead><tbody>");
        for (var row = 0L; row < Math.Min(count, MostRows); row++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td><i>{row}</i></td>");
            foreach (var column in frame.Columns)
            {
                object? value = column[row];
                html.Append("<td>")
                    .Append(WebUtility.HtmlEncode(Convert.ToString(value ?? "<null>", CultureInfo.InvariantCulture)))
                    .Append("</td>");
            }

            html.Append("</tr>");
        }

        html.Append("</tbody></table>");
        return count > MostRows ? $"{html}<p>{count:N0} rows; the first {MostRows} are shown.</p>" : html.ToString();
    }
}
