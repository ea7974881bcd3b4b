using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;

namespace NotebookHost.Engine;

/// <summary>C# that has been compiled and run, with its declarations and its result.</summary>
/// <param name="Script">The text, and the submissions before it.</param>
/// <param name="Type">The class that the compiler made of it: top-level variables are its fields, top-level functions its methods. Null if
/// there is nothing to run, for example only a using.</param>
/// <param name="Instance">The one instance of that class; null where the code did not begin.</param>
/// <param name="ReturnValue">The value of the trailing expression, or of <c>return</c>.</param>
/// <param name="Exception">What ended it early, or null.</param>
/// <param name="Warnings">The compiler's warnings.</param>
internal sealed record Submission(
    Script<object> Script,
    Type? Type,
    object? Instance,
    object? ReturnValue,
    Exception? Exception,
    ImmutableArray<Diagnostic> Warnings
)
{
    /// <summary>The variables that it declares at its top level.</summary>
    public IEnumerable<SubmissionVariable> Variables =>
        Type is null
            ? []
            : Type.GetFields(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(declared => !declared.Name.StartsWith('<'))
                .Select(declared => new SubmissionVariable(declared, Instance));

    /// <summary>Whether it ends in an expression without a semicolon, or in <c>return</c>, with a value; null is a value too.</summary>
    public bool HasValue
    {
        get
        {
            if (ReturnValue is not null)
            {
                return true;
            }

            var compilation = Script.GetCompilation();
            var tree = compilation.SyntaxTrees.Single();
            return (tree.GetRoot() as CompilationUnitSyntax)?.Members.LastOrDefault() is GlobalStatementSyntax { Statement: var last }
                && last switch
                {
                    ExpressionStatementSyntax { SemicolonToken.IsMissing: true } expression => compilation
                        .GetSemanticModel(tree)
                        .GetTypeInfo(expression.Expression)
                        .Type
                        is { SpecialType: not SpecialType.System_Void },
                    ReturnStatementSyntax => Exception is null,
                    _ => false,
                };
        }
    }
}

/// <summary>A variable that a submission declares at its top level.</summary>
internal sealed class SubmissionVariable(FieldInfo declared, object? instance)
{
    public string Name => declared.Name;

    public Type Type => declared.FieldType;

    public bool IsReadOnly => declared.IsInitOnly || declared.IsLiteral;

    public object? Value
    {
        get =>
            declared.IsStatic ? declared.GetValue(null)
            : instance is null ? null
            : declared.GetValue(instance);
        set => declared.SetValue(instance, value);
    }
}
