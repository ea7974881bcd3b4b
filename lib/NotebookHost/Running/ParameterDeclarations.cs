using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NotebookHost.Documents;
using NotebookHost.Engine;

namespace NotebookHost.Running;

/// <summary>Finds, without running anything, which parameters notebooks declare, those of imported notebooks too.</summary>
internal static class ParameterDeclarations
{
    /// <exception cref="UsageException">A name that no notebook declares, or a value that does not convert to the declared
    /// type.</exception>
    public static void Check(IReadOnlyDictionary<string, string> values, IEnumerable<NotebookDocument> notebooks)
    {
        if (values.Count == 0)
        {
            return;
        }

        var declared = new SortedDictionary<string, List<Type?>>(StringComparer.Ordinal);
        foreach (var notebook in notebooks)
        {
            Collect(notebook, Path.GetDirectoryName(notebook.Path)!, [], declared);
        }

        foreach (var (name, value) in values)
        {
            if (!declared.TryGetValue(name, out var types))
            {
                var known = declared.Count > 0 ? $"known are {string.Join(", ", declared.Keys)}" : "they declare none";
                throw new UsageException($"--set {name}: no notebook of this run declares that parameter; {known}.");
            }

            foreach (var type in types.OfType<Type>())
            {
                try
                {
                    ParameterOverrides.Convert(name, value, type);
                }
                catch (ParameterException e)
                {
                    throw new UsageException($"--set {name}={value}: {e.Message}", e);
                }
            }
        }
    }

    private static void Collect(
        NotebookDocument notebook,
        string directory,
        HashSet<string> seen,
        SortedDictionary<string, List<Type?>> declared
    )
    {
        if (!seen.Add(notebook.Path))
        {
            return;
        }

        foreach (var cell in notebook.Cells.Where(cell => cell.Kind == CellKind.Code))
        {
            if (cell.IsParameters)
            {
                Collect(cell.Source, declared);
            }

            var steps = CellParser.Parse(new CellSource("", cell.Source)).Cell?.Steps ?? [];
            foreach (var path in steps.OfType<ImportStep>().Select(import => Path.GetFullPath(import.Path, directory)))
            {
                try
                {
                    Collect(NotebookDocument.Load(path), directory, seen, declared);
                }
                catch (NotebookFormatException)
                {
                    // The cell that imports it will say so when it is run.
                }
            }
        }
    }

    private static void Collect(string code, SortedDictionary<string, List<Type?>> declared)
    {
        foreach (
            var field in (
                (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(code, ScriptChain.Script).GetRoot()
            ).Members.OfType<FieldDeclarationSyntax>()
        )
        {
            foreach (var variable in field.Declaration.Variables)
            {
                var name = variable.Identifier.Text;
                declared.TryAdd(name, []);
                declared[name].Add(TypeOf(field.Declaration.Type, variable.Initializer?.Value));
            }
        }
    }

    /// <summary>The type, where it can be known without compiling; null for others, whose values are checked when the cell has
    /// run.</summary>
    private static Type? TypeOf(TypeSyntax type, ExpressionSyntax? value) =>
        type.ToString() switch
        {
            "int" => typeof(int),
            "long" => typeof(long),
            "float" => typeof(float),
            "double" => typeof(double),
            "decimal" => typeof(decimal),
            "bool" => typeof(bool),
            "string" => typeof(string),
            "var" when (value as PrefixUnaryExpressionSyntax)?.Operand as LiteralExpressionSyntax is { } negative =>
                negative.Token.Value?.GetType(),
            "var" => (value as LiteralExpressionSyntax)?.Token.Value?.GetType(),
            _ => null,
        };
}
