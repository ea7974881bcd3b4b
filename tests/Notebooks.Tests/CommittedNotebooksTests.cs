using System.Text.RegularExpressions;
using NotebookHost.Documents;

namespace Notebooks.Tests;

/// <summary>How the notebooks are written.</summary>
public sealed partial class CommittedNotebooksTests
{
    public static TheoryData<string> Names() =>
        [.. Course.Notebooks.Select(path => Path.GetFileName(path)), "07-solution-fashion-mnist.ipynb"];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_committed_without_outputs_and_with_its_own_ids(string name)
    {
        var notebook = Load(name);
        Assert.All(notebook.Cells.Where(cell => cell.Kind == CellKind.Code), cell => Assert.Empty(cell.Outputs));
        Assert.All(notebook.Cells, cell => Assert.Matches("^[a-z0-9-]+$", cell.Id));
        Assert.Distinct(notebook.Cells.Select(cell => cell.Id));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_cells_are_short(string name) =>
        Assert.All(
            Load(name).Cells.Where(cell => cell.Kind == CellKind.Code),
            cell => Assert.InRange(cell.Source.Split('\n').Length, 1, 17)
        );

    [Theory]
    [MemberData(nameof(Names))]
    public void It_begins_with_a_title_and_one_import(string name)
    {
        var notebook = Load(name);
        Assert.StartsWith("# ", notebook.Cells[0].Source, StringComparison.Ordinal);
        var imports = notebook
            .Cells.Where(cell => cell.Source.StartsWith("#!import", StringComparison.Ordinal))
            .Select(cell => cell.Source)
            .ToList();
        if (!name.StartsWith("01", StringComparison.Ordinal))
        {
            Assert.Single(imports);
            Assert.Equal(imports[0], notebook.Cells.First(cell => cell.Kind == CellKind.Code).Source);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_links_lead_somewhere(string name)
    {
        var targets = Load(name)
            .Cells.Where(cell => cell.Kind == CellKind.Markdown)
            .SelectMany(cell => Link().Matches(cell.Source))
            .Select(match => match.Groups["target"].Value);
        Assert.All(
            targets.Where(target => !target.StartsWith("https:", StringComparison.Ordinal)),
            target => Assert.True(File.Exists(Path.Combine(Course.Root, "notebooks", target)), target)
        );
    }

    private static NotebookDocument Load(string name) => NotebookDocument.Load(Path.Combine(Course.Root, "notebooks", name));

    [GeneratedRegex(@"\]\((?<target>[^)#]+)\)")]
    private static partial Regex Link();
}
