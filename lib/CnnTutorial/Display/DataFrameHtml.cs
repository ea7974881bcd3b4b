using System.Globalization;
using Microsoft.Data.Analysis;

namespace CnnTutorial;

/// <summary>Shows a DataFrame as a table. .NET Interactive needs an extension package for that, which is missing in Jupyter front
/// ends.</summary>
internal static class DataFrameHtml
{
    /// <summary>Nobody reads more rows than this in a notebook.</summary>
    private const int MostRows = 100;

    public static string Render(DataFrame frame) => Html.Table(Caption(frame), Headers(frame), Rows(frame));

    public static string PlainText(DataFrame frame) => Html.PlainTable(Caption(frame), Headers(frame), Rows(frame));

    private static string Caption(DataFrame frame) =>
        frame.Rows.Count > MostRows ? $"The first {MostRows} of {frame.Rows.Count:N0} rows" : "";

    private static List<string> Headers(DataFrame frame) => [.. frame.Columns.Select(column => column.Name)];

    private static List<IReadOnlyList<string>> Rows(DataFrame frame)
    {
        var formats = frame.Columns.Select(Format).ToList();
        return [.. frame.Rows.Take(MostRows).Select(row => row.Select((value, column) => Text(value, formats[column])).ToList())];
    }

    /// <summary>As many decimals as the column's longest number needs, four at most, so that the decimal points are aligned.</summary>
    private static string Format(DataFrameColumn column)
    {
        var decimals = column
            .Cast<object?>()
            .Take(MostRows)
            .OfType<IFormattable>()
            .Where(value => value is float or double)
            .Select(value => value.ToString("0.####", CultureInfo.InvariantCulture))
            .Select(text =>
                text.Contains('.', StringComparison.Ordinal) ? text.Length - text.IndexOf('.', StringComparison.Ordinal) - 1 : 0
            )
            .DefaultIfEmpty()
            .Max();
        return $"N{decimals}";
    }

    private static string Text(object? value, string format) =>
        value switch
        {
            null => "",
            float or double => ((IFormattable)value).ToString(format, null),
            byte or short or int or long => ((IFormattable)value).ToString("N0", null),
            _ => value.ToString() ?? "",
        };
}
