using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookHost.Tests;

/// <summary>Which folder of the program may use which: clients use the worker, the worker the engine, the engine the documents.</summary>
public sealed class DependencyTests
{
    /// <summary>For each folder those that its code may name. The program's own folder ("") holds what all may use, and
    /// calls the command line.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        [""] = ["Commands"],
        ["Documents"] = [],
        ["Engine"] = ["Documents"],
        ["Worker"] = ["Engine", "Documents"],
        ["Pages"] = ["Engine", "Documents"],
        ["Running"] = ["Pages", "Worker", "Engine", "Documents"],
        ["Jupyter"] = ["Worker", "Engine", "Pages", "Documents"],
        ["Live"] = ["Pages", "Worker", "Engine", "Documents"],
        ["Commands"] = ["Live", "Jupyter", "Running", "Pages", "Worker", "Engine", "Documents"],
    };

    [Fact]
    public void Each_folder_uses_only_the_folders_below_it()
    {
        var program = Program();
        var found = Uses(program, program.SyntaxTrees).ToList();
        var wrong = found
            .Where(use => use.To.Length > 0 && !Allowed.GetValueOrDefault(use.From, []).Contains(use.To))
            .GroupBy(use => (use.From, use.To), use => use.Where)
            .Select(group => $"{group.Key.From} uses {group.Key.To}: {string.Join(", ", group.Distinct().Take(5))}");
        Assert.Empty(wrong);

        // The search itself works: these are there.
        Assert.Contains(found, use => use is { From: "Worker", To: "Engine" });
        Assert.Contains(found, use => use is { From: "Commands", To: "Jupyter" });
    }

    [Fact]
    public void A_new_use_is_found_with_its_file_and_line()
    {
        var added = Parse(
            "Pages/New.cs",
            "namespace NotebookHost.Pages;\ninternal static class New\n{\n    public static object Make() => "
                + "NotebookHost.Worker.WorkerHandle.Dotnet.Length;\n}\n"
        );
        Assert.Contains(("Pages", "Worker", "Pages/New.cs:4"), Uses(Program().AddSyntaxTrees(added), [added]));
    }

    /// <summary>The program's folders are its namespaces.</summary>
    [Fact]
    public void Each_file_is_in_its_folders_namespace()
    {
        // Engine/Interactive declares what .NET Interactive declares, in its namespaces.
        var wrong = Program()
            .SyntaxTrees.Where(tree =>
                Folder(tree).Length > 0 && !tree.FilePath.StartsWith("Engine/Interactive/", StringComparison.Ordinal)
            )
            .Where(tree =>
                tree.GetRoot().DescendantNodes().OfType<FileScopedNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString()
                != $"NotebookHost.{Path.GetDirectoryName(tree.FilePath)!.Replace(Path.DirectorySeparatorChar, '.').Replace('/', '.')}"
            )
            .Select(tree => tree.FilePath);
        Assert.Empty(wrong);
    }

    /// <summary>All names in some of the program's sources that mean something that another folder declares.</summary>
    private static HashSet<(string From, string To, string Where)> Uses(CSharpCompilation program, IEnumerable<SyntaxTree> trees)
    {
        var uses = new HashSet<(string From, string To, string Where)>();
        foreach (var tree in trees)
        {
            var model = program.GetSemanticModel(tree);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                var information = model.GetSymbolInfo(name);
                var symbol = information.Symbol ?? information.CandidateSymbols.FirstOrDefault();
                var declared = (symbol as INamedTypeSymbol ?? symbol?.ContainingType)
                    ?.DeclaringSyntaxReferences.FirstOrDefault()
                    ?.SyntaxTree;
                if (declared is not null && Folder(declared) != Folder(tree))
                {
                    uses.Add(
                        (Folder(tree), Folder(declared), $"{tree.FilePath}:{name.GetLocation().GetLineSpan().StartLinePosition.Line + 1}")
                    );
                }
            }
        }

        return uses;
    }

    private static string Folder(SyntaxTree tree) =>
        tree.FilePath.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 ? tree.FilePath[..slash] : "";

    /// <summary>The program's sources, compiled with the references of this test.</summary>
    private static CSharpCompilation Program()
    {
        var root = Path.Combine(Samples.Repository, "lib", "NotebookHost");
        var files = Directory
            .EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            .ToList();
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file) != "NotebookHost.dll")
            .Select(file => MetadataReference.CreateFromFile(file));
        const string usings =
            "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic; "
            + "global using System.Threading; global using System.Threading.Tasks; global using System.Net.Http;";
        return CSharpCompilation.Create(
            "NotebookHost",
            [.. files.Select(file => Parse(file, File.ReadAllText(Path.Combine(root, file)))), Parse("Usings.cs", usings)],
            references,
            new CSharpCompilationOptions(
                OutputKind.ConsoleApplication,
                allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable
            )
        );
    }

    private static SyntaxTree Parse(string file, string text) =>
        CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Latest), file);
}
