using System.Text.Json;

namespace Benchmarks;

/// <summary>A benchmark's figures: a table on the console, and JSON for comparisons.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n" };

    public static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    /// <summary>Prints rows under their headings, and writes the rows to artifacts/benchmarks.</summary>
    public static void Write(string name, IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<object>> rows)
    {
        var texts = rows.Select(row => row.Select(value => value is double number ? $"{number:N1}" : $"{value}").ToList())
            .Prepend([.. headings])
            .ToList();
        var widths = headings.Select((_, column) => texts.Max(row => row[column].Length)).ToList();
        foreach (var row in texts)
        {
            Console.WriteLine(
                string.Join("   ", row.Select((text, column) => column == 0 ? text.PadRight(widths[column]) : text.PadLeft(widths[column])))
                    .TrimEnd()
            );
        }

        var file = Path.Combine(Directory.CreateDirectory(Path.Combine("artifacts", "benchmarks")).FullName, $"{name}.json");
        File.WriteAllText(
            file,
            JsonSerializer.Serialize(rows.Select(row => headings.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second)), Json)
                + "\n"
        );
        Console.WriteLine($"\n{file}");
    }
}
