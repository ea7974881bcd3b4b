using NotebookHost.Documents;

namespace Notebooks.Tests;

/// <summary>Lines that fit: source files on a screen, the notebooks' code on a page without being cut off.</summary>
public sealed class LineLengthTests
{
    [Fact]
    public async Task No_line_of_C_sharp_has_more_than_140_characters()
    {
        var (_, list, _) = await TestProcess.RunAsync(new("git", ["-C", Course.Root, "ls-files", "*.cs"]));
        var files = list.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(files.Length > 300, $"git lists {files.Length} files");
        Assert.Empty(
            files
                .Select(file => Path.Combine(Course.Root, file))
                .Where(File.Exists)
                .SelectMany(file => Long(file, File.ReadLines(file), 140))
        );
    }

    [Fact]
    public void No_line_of_a_notebooks_code_has_more_than_88_characters() =>
        Assert.Empty(
            Directory
                .GetFiles(Path.Combine(Course.Root, "notebooks"), "*.ipynb")
                .SelectMany(file => NotebookDocument.Load(file).Cells.Where(cell => cell.Kind == CellKind.Code), ValueTuple.Create)
                .SelectMany(one => Long($"{Path.GetFileName(one.Item1)}, {one.Item2.Id}", one.Item2.Source.Split('\n'), 88))
        );

    private static IEnumerable<string> Long(string name, IEnumerable<string> lines, int most) =>
        lines.Index().Where(line => line.Item.Length > most).Select(line => $"{name}:{line.Index + 1}: {line.Item.Length} characters");
}
