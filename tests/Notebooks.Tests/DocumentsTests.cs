using System.Text.RegularExpressions;

namespace Notebooks.Tests;

/// <summary>What the texts for readers name is there.</summary>
public sealed partial class DocumentsTests
{
    public static TheoryData<string> Documents() =>
        ["README.md", .. Directory.GetFiles(Path.Combine(Course.Root, "docs"), "*.md").Select(path => $"docs/{Path.GetFileName(path)}")];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Files_that_a_document_names_exist(string document)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Course.Root, document), TestContext.Current.CancellationToken);
        var folder = Path.GetDirectoryName(document)!;
        string[] named =
        [
            .. FileInCode().Matches(text).Select(match => match.Groups["path"].Value),
            .. LinkedFile().Matches(text).Select(match => Path.Combine(folder, match.Groups["path"].Value)),
        ];
        Assert.All(named, path => Assert.True(Path.Exists(Path.Combine(Course.Root, path)), $"{document} names {path}"));
    }

    [Fact]
    public async Task The_architecture_names_the_files_of_both_walks()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Course.Root, "docs", "architecture.md"), TestContext.Current.CancellationToken);
        Assert.All(
            text.Split("\n## ").Skip(2),
            walk => Assert.InRange(FileInCode().Matches(walk).Select(match => match.Value).Distinct().Count(), 8, 40)
        );
    }

    [GeneratedRegex(@"`(?<path>(lib|tests|docs|notebooks)/[\w./-]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex FileInCode();

    [GeneratedRegex(@"\]\((?<path>(?!\w+:)[\w./-]+)(#[\w-]+)?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex LinkedFile();
}
