using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive.Formatting;
using XPlot.Plotly;

namespace CnnTutorial;

/// <summary>Tells the notebook program how the library's values look; the same registration serves every host.</summary>
internal static class DisplayFormatters
{
    public static void Register()
    {
        // Without this an XPlot chart shows as a tree of its properties.
        Register<PlotlyChart>(ChartHtml.Render, ChartHtml.PlainText);
        Register<DataFrame>(DataFrameHtml.Render, DataFrameHtml.PlainText);

        var displayed = typeof(IHtmlDisplay)
            .Assembly.GetTypes()
            .Where(type => type.IsClass && !type.IsAbstract && type.IsAssignableTo(typeof(IHtmlDisplay)));
        foreach (var type in displayed)
        {
            Formatter.Register(type, (value, writer) => writer.Write(((IHtmlDisplay)value).ToHtml()), HtmlFormatter.MimeType);
            Formatter.Register(type, (value, writer) => writer.Write(value.ToString()), PlainTextFormatter.MimeType);
        }
    }

    private static void Register<T>(Func<T, string> html, Func<T, string> plainText)
    {
        Formatter.Register(html, HtmlFormatter.MimeType);
        Formatter.Register(plainText, PlainTextFormatter.MimeType);
    }
}
