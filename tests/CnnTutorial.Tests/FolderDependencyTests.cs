using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CnnTutorial.Tests;

/// <summary>The library's folders depend on each other in one direction only. All types share one namespace, so this asks the compiler
/// which type stands in which folder, and who uses it.</summary>
public sealed class FolderDependencyTests
{
    /// <summary>Which folders a folder may use. Datasets includes Datasets/Fetching, and Training includes Training/Files.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["."] = [],
        ["Datasets"] = ["."],
        ["Display"] = [".", "Datasets"],
        ["Accelerators"] = [".", "Display"],
        ["Training"] = [".", "Datasets", "Display", "Accelerators", "Training/Fast"],
        // Only training uses it, so readers of the rest need not know it.
        ["Training/Fast"] = ["Datasets", "Accelerators", "Training"],
        ["Inspection"] = ["Datasets", "Display", "Training"],
        ["Drawing"] = [".", "Datasets", "Display", "Training", "Inspection"],
        ["Charts"] = [".", "Datasets", "Display", "Training", "Inspection"],
        ["Exercises"] = [".", "Datasets", "Display", "Accelerators", "Training", "Inspection"],
    };

    [Fact]
    public void Each_folder_uses_only_those_that_it_may()
    {
        var found = Uses(Library.Value, Library.Value.SyntaxTrees);
        Assert.True(found.Count > 20, "So few uses were found that the test itself must be broken.");
        Assert.Empty(Forbidden(found));
    }

    [Fact]
    public void What_is_allowed_has_no_circle_but_that_of_training_with_what_makes_it_fast()
    {
        Assert.DoesNotContain(
            Allowed.Keys.SelectMany(from =>
                Reachable(from).Where(to => to != from && Reachable(to).Contains(from)).Select(to => (from, to))
            ),
            pair => !pair.from.StartsWith("Training", StringComparison.Ordinal) || !pair.to.StartsWith("Training", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("Datasets", "internal static class New { public static object Of() => new Metric(\"\", null!); }", "Datasets → Training")]
    [InlineData("Inspection", "internal sealed class New { private ImageScatter? _picture; }", "Inspection → Charts")]
    [InlineData("Charts", "internal sealed class New { private readonly WorkerTeam? _team; }", "Charts → Training/Fast")]
    [InlineData("New", "internal sealed class New;", "New is a folder that the test does not know")]
    public void A_use_that_is_not_allowed_is_found(string folder, string code, string says)
    {
        var added = Parse($"namespace CnnTutorial; {code}", folder, "New.cs");
        Assert.Contains(
            Forbidden(Uses(Library.Value.AddSyntaxTrees(added), [added])),
            line => line.StartsWith(says, StringComparison.Ordinal)
        );
    }

    private static IEnumerable<string> Forbidden(IEnumerable<(string From, string To, string What)> uses) =>
        uses.Where(use => !Allowed.TryGetValue(use.From, out var allowed) || (use.To != use.From && !allowed.Contains(use.To)))
            .Select(use =>
                Allowed.ContainsKey(use.From) ? $"{use.From} → {use.To}: {use.What}" : $"{use.From} is a folder that the test does not know"
            );

    private static HashSet<string> Reachable(string from)
    {
        var found = new HashSet<string>();
        var waiting = new Queue<string>(Allowed[from]);
        while (waiting.TryDequeue(out var next))
        {
            if (found.Add(next))
            {
                Allowed[next].ToList().ForEach(waiting.Enqueue);
            }
        }

        return found;
    }

    private static IEnumerable<SyntaxTree> Sources()
    {
        var root = Path.Combine(CourseFolders.Root, "lib", "CnnTutorial");
        var shared = Path.Combine(CourseFolders.Root, "lib", "Shared");
        return Directory
            .EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => (File: file, Folder: Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace('\\', '/')))
            .Where(source => !Regex.IsMatch(source.Folder, "^(obj|bin)(/|$)"))
            // The one place that connects the parts: it uses them all.
            .Where(source => Path.GetFileName(source.File) != "ModuleStart.cs")
            .Select(source => Parse(File.ReadAllText(source.File), Part(source.Folder), Path.GetFileName(source.File)))
            .Concat(Directory.EnumerateFiles(shared, "*.cs").Select(file => Parse(File.ReadAllText(file), ".", Path.GetFileName(file))));
    }

    private static string Part(string folder) => folder is "Training/Fast" ? folder : folder.Split('/')[0];

    private static SyntaxTree Parse(string code, string folder, string file) =>
        CSharpSyntaxTree.ParseText(code, path: $"{folder}|{file}", cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>The library as the compiler sees it, made once for all tests.</summary>
    private static readonly Lazy<CSharpCompilation> Library = new(() =>
    {
        const string usings =
            "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
            + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file) != "CnnTutorial.dll")
            .Select(file => MetadataReference.CreateFromFile(file));
        return CSharpCompilation.Create(
            "Uses",
            [.. Sources(), Parse(usings, ".", "usings.cs")],
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true)
        );
    });

    private static HashSet<(string From, string To, string What)> Uses(CSharpCompilation compilation, IEnumerable<SyntaxTree> trees)
    {
        var uses = new HashSet<(string, string, string)>();
        var homes = compilation
            .SyntaxTrees.SelectMany(tree =>
                tree.GetRoot(TestContext.Current.CancellationToken)
                    .DescendantNodes(node => node is not TypeDeclarationSyntax)
                    .OfType<BaseTypeDeclarationSyntax>()
                    .Select(type => (type.Identifier.ValueText, Folder: Folder(tree)))
            )
            .DistinctBy(type => type.ValueText)
            .ToDictionary(type => type.ValueText, type => type.Folder);
        foreach (var tree in trees)
        {
            var model = compilation.GetSemanticModel(tree);
            // The compiler is asked only about names that a type of another folder has; about all names it would take minutes.
            foreach (
                var name in tree.GetRoot(TestContext.Current.CancellationToken)
                    .DescendantNodes()
                    .OfType<SimpleNameSyntax>()
                    .Where(name => homes.TryGetValue(name.Identifier.ValueText, out var home) && home != Folder(tree))
            )
            {
                var symbol = model.GetSymbolInfo(name, TestContext.Current.CancellationToken).Symbol;
                // A constructor or a method of the same name belongs to its type.
                var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
                if (type?.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree is { } home)
                {
                    uses.Add((Folder(tree), Folder(home), $"{type.Name} in {tree.FilePath.Split('|')[1]}"));
                }
            }

            // A new folder is seen even if nothing uses it and it uses nothing.
            uses.Add((Folder(tree), Folder(tree), ""));
        }

        return uses;
    }

    private static string Folder(SyntaxTree tree) => tree.FilePath.Split('|')[0];
}
