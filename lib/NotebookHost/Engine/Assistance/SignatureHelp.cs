using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookHost.Engine.Assistance;

/// <summary>The methods that a call could mean while its arguments are typed.</summary>
internal static class SignatureHelp
{
    /// <summary>Describes the call around a position; null where there is none.</summary>
    public static async Task<SignatureChoice?> AtAsync(Document document, int position)
    {
        var root = (await document.GetSyntaxRootAsync())!;
        var model = (await document.GetSemanticModelAsync())!;
        var arguments =
            position == 0
                ? null
                : root.FindToken(position - 1)
                    .Parent?.AncestorsAndSelf()
                    .OfType<ArgumentListSyntax>()
                    .FirstOrDefault(list =>
                        position > list.OpenParenToken.SpanStart
                        && (list.CloseParenToken.IsMissing || position <= list.CloseParenToken.SpanStart)
                    );
        if (arguments?.Parent is not ExpressionSyntax call)
        {
            return null;
        }

        var methods = Methods(model, call)
            .Where(method => !method.IsImplicitlyDeclared || method.MethodKind == MethodKind.Constructor)
            .ToList();
        if (methods.Count == 0)
        {
            return null;
        }

        var parameter = arguments.Arguments.GetSeparators().Count(comma => comma.Span.End <= position);
        // The method that the compiler has chosen, or the first that takes what is typed so far, or the first that takes as many arguments.
        var chosen = model.GetSymbolInfo(call).Symbol;
        bool IsLongEnough(IMethodSymbol method) => method.Parameters.Length > parameter || IsOpenEnded(method);
        var active = methods.FindIndex(method => SymbolEqualityComparer.Default.Equals(method, chosen));
        active = active >= 0 ? active : methods.FindIndex(method => IsLongEnough(method) && Takes(method, arguments, model));
        active = active >= 0 ? active : methods.FindIndex(IsLongEnough);
        return new SignatureChoice([.. methods.Select(method => Describe(method, model, position))], Math.Max(active, 0), parameter);
    }

    /// <summary>Whether the arguments that are there convert to the method's parameters, as far as that shows before the types of a generic
    /// method are known.</summary>
    private static bool Takes(IMethodSymbol method, ArgumentListSyntax arguments, SemanticModel model) =>
        method.IsGenericMethod
        || arguments
            .Arguments.Zip(method.Parameters)
            .All(pair =>
                pair.First is { Expression.IsMissing: true } or { NameColon: not null }
                || pair.Second.IsParams
                || model.ClassifyConversion(pair.First.Expression, pair.Second.Type).IsImplicit
            );

    private static bool IsOpenEnded(IMethodSymbol method) => method.Parameters.LastOrDefault() is { IsParams: true };

    private static IEnumerable<IMethodSymbol> Methods(SemanticModel model, ExpressionSyntax call) =>
        call switch
        {
            InvocationExpressionSyntax invocation
                when model.GetTypeInfo(invocation.Expression).Type is INamedTypeSymbol { DelegateInvokeMethod: { } invoke } => [invoke],
            InvocationExpressionSyntax invocation => model.GetMemberGroup(invocation.Expression).OfType<IMethodSymbol>(),
            BaseObjectCreationExpressionSyntax creation => model.GetTypeInfo(creation).Type is INamedTypeSymbol type
                ? type.InstanceConstructors.Where(constructor => model.IsAccessible(call.SpanStart, constructor))
                : [],
            _ => [],
        };

    private static Signature Describe(IMethodSymbol method, SemanticModel model, int position)
    {
        var documentation = SymbolDescription.DocumentationParts(method);
        return new Signature(
            method.ToMinimalDisplayString(model, position),
            documentation.Summary,
            [
                .. method.Parameters.Select(parameter => new SignatureParameter(
                    parameter.ToMinimalDisplayString(model, position),
                    documentation.Parameters.GetValueOrDefault(parameter.Name, "")
                )),
            ]
        );
    }
}
