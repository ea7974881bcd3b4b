using Microsoft.Data.Analysis;

namespace CnnTutorial;

/// <summary>Shows a DataFrame as a table. .NET Interactive needs an extension package for that, which Jupyter front ends lack.</summary>
internal static class DataFrameHtml
{
    /// <summary>More rows than this nobody reads in a notebook.</summary>
    private const int MostRows = 100;

    public static string Render(DataFrame frame) => Html.Table(Caption(frame), Headers(frame), Rows(frame));

    public static string PlainText(DataFrame frame) => Html.PlainTable(Caption(frame), Headers(frame), Rows(frame));

    private static string Caption(DataFrame frame) =>
        frame.Rows.Count > MostRows ? $"The first {MostRows} of {frame.Rows.Count:N0} rows" : "";

    private static List<string> Headers(DataFrame frame) => [.. frame.Columns.Select(column => column.Name)];

    private static List<IReadOnlyList<string>> Rows(DataFrame frame) =>
        [.. frame.Rows.Take(MostRows).Select(row => row.Select(Text).ToList())];

    private static string Text(object? value) => value switch
    {
        null => "",
        float or double => ((IFormattable)value).ToString("#,0.####", null),
        byte or short or int or long => ((IFormattable)value).ToString("N0", null),
        _ => value.ToString() ?? "",
    };
}
