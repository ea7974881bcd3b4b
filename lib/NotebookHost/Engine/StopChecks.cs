using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookHost.Engine;

/// <summary>
/// Inserts calls of <see cref="StopCheck"/> into a submission: into loops, before each goto, and at the beginning of methods, lambdas and
/// local functions.
/// </summary>
/// <remarks>
/// The compiler could do that by itself (<c>InstrumentationKind.ModuleCancellation</c>), but in Roslyn 5.12 it leaves out the top level of
/// a script, and its check takes ten times as long as an empty loop.
/// </remarks>
internal sealed class StopChecks : CSharpSyntaxRewriter
{
    private static readonly string Checks = $"global::{typeof(StopCheck).FullName}";

    private readonly StatementSyntax _loop;
    private readonly StatementSyntax _call;
    private readonly Lazy<SemanticModel> _model;

    private StopChecks(int submission, Lazy<SemanticModel> model)
    {
        _model = model;
        _loop = SyntaxFactory.ParseStatement(
            $"if ({Checks}.{nameof(StopCheck.IsAnyStopped)}) {Checks}.{nameof(StopCheck.Stop)}({submission});"
        );
        _call = SyntaxFactory.ParseStatement($"{Checks}.{nameof(StopCheck.Call)}({submission});");
    }

    /// <summary>The compilation with the checks in it. Lines stay where they are, columns do not.</summary>
    public static Compilation Insert(Compilation compilation, int submission)
    {
        var tree = compilation.SyntaxTrees.Single();
        var root = tree.GetRoot();
        var rewriter = new StopChecks(submission, new Lazy<SemanticModel>(() => compilation.GetSemanticModel(tree)));
        var checkedRoot = rewriter.Visit(root);
        return checkedRoot == root ? compilation : compilation.ReplaceSyntaxTree(tree, tree.WithRootAndOptions(checkedRoot, tree.Options));
    }

    public override SyntaxNode? VisitUsingDirective(UsingDirectiveSyntax node) => node;

    public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node) =>
        node.WithStatement(WithCheck(_loop, node.Statement)).WithCondition((ExpressionSyntax)Visit(node.Condition));

    public override SyntaxNode? VisitDoStatement(DoStatementSyntax node) =>
        node.WithStatement(WithCheck(_loop, node.Statement)).WithCondition((ExpressionSyntax)Visit(node.Condition));

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node) =>
        ((ForStatementSyntax)base.VisitForStatement(node)!).WithStatement(WithCheck(_loop, node.Statement));

    public override SyntaxNode? VisitForEachStatement(ForEachStatementSyntax node) =>
        node.WithStatement(WithCheck(_loop, node.Statement)).WithExpression((ExpressionSyntax)Visit(node.Expression));

    public override SyntaxNode? VisitForEachVariableStatement(ForEachVariableStatementSyntax node) =>
        node.WithStatement(WithCheck(_loop, node.Statement)).WithExpression((ExpressionSyntax)Visit(node.Expression));

    public override SyntaxNode? VisitGotoStatement(GotoStatementSyntax node) =>
        node.IsKind(SyntaxKind.GotoStatement) ? Block(_loop, node) : node;

    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node) =>
        BodyOf(node.Body, node.ExpressionBody, node.SemicolonToken, node.ReturnType, node.Modifiers) is { } body
            ? node.WithExpressionBody(null).WithSemicolonToken(default).WithBody(body)
            : base.VisitMethodDeclaration(node);

    public override SyntaxNode? VisitLocalFunctionStatement(LocalFunctionStatementSyntax node) =>
        BodyOf(node.Body, node.ExpressionBody, node.SemicolonToken, node.ReturnType, node.Modifiers) is { } body
            ? node.WithExpressionBody(null).WithSemicolonToken(default).WithBody(body)
            : base.VisitLocalFunctionStatement(node);

    public override SyntaxNode? VisitAnonymousMethodExpression(AnonymousMethodExpressionSyntax node) =>
        node.WithBlock((BlockSyntax)WithCheck(_call, node.Block));

    public override SyntaxNode? VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node) =>
        BodyOf(node) is { } block ? node.WithExpressionBody(null).WithBlock(block) : node;

    public override SyntaxNode? VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node) =>
        BodyOf(node) is { } block ? node.WithExpressionBody(null).WithBlock(block) : node;

    /// <summary>A lambda's body with the check; null where it, and all in it, must stay as it is, as in an expression tree.</summary>
    private BlockSyntax? BodyOf(LambdaExpressionSyntax lambda)
    {
        if (lambda.Block is { } block)
        {
            return (BlockSyntax)WithCheck(_call, block);
        }

        if (
            lambda.ExpressionBody is not { } value
            || value is ThrowExpressionSyntax or RefExpressionSyntax
            || _model.Value.GetTypeInfo(lambda).ConvertedType is not INamedTypeSymbol { DelegateInvokeMethod: { } called }
        )
        {
            return null;
        }

        var isVoid =
            called.ReturnsVoid || (lambda.AsyncKeyword != default && called.ReturnType is INamedTypeSymbol { IsGenericType: false });
        return BodyOf(value, isVoid);
    }

    /// <summary>A method's body with the check; null where there is none.</summary>
    private BlockSyntax? BodyOf(
        BlockSyntax? block,
        ArrowExpressionClauseSyntax? arrow,
        SyntaxToken semicolon,
        TypeSyntax type,
        SyntaxTokenList modifiers
    )
    {
        if (block is not null)
        {
            return (BlockSyntax)WithCheck(_call, block);
        }

        if (arrow is not { Expression: var value } || type is RefTypeSyntax || value is ThrowExpressionSyntax or RefExpressionSyntax)
        {
            return null;
        }

        var name = type is QualifiedNameSyntax { Right: var right } ? right : type;
        var isVoid =
            type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword }
            || (modifiers.Any(SyntaxKind.AsyncKeyword) && name is IdentifierNameSyntax { Identifier.Text: "Task" or "ValueTask" });
        // Keeps the line breaks around the arrow and the semicolon, which are removed, so that lines keep their numbers.
        return BodyOf(value, isVoid)
            .WithLeadingTrivia(
                (SyntaxTrivia[])[.. arrow.ArrowToken.LeadingTrivia, .. arrow.ArrowToken.TrailingTrivia, .. value.GetLeadingTrivia()]
            )
            .WithTrailingTrivia((SyntaxTrivia[])[.. value.GetTrailingTrivia(), .. semicolon.LeadingTrivia, .. semicolon.TrailingTrivia]);
    }

    private BlockSyntax BodyOf(ExpressionSyntax value, bool isVoid)
    {
        var visited = ((ExpressionSyntax)Visit(value)).WithoutTrivia();
        StatementSyntax last = isVoid
            ? SyntaxFactory.ExpressionStatement(visited)
            : SyntaxFactory.ReturnStatement(
                SyntaxFactory.Token(SyntaxKind.ReturnKeyword).WithTrailingTrivia(SyntaxFactory.Space),
                visited,
                SyntaxFactory.Token(SyntaxKind.SemicolonToken)
            );
        return Block(_call, last).WithTriviaFrom(value);
    }

    private BlockSyntax WithCheck(StatementSyntax check, StatementSyntax body)
    {
        var visited = (StatementSyntax)Visit(body);
        // Inside the block and not around it, so that the braces keep their lines.
        return visited is BlockSyntax block ? block.WithStatements(block.Statements.Insert(0, check)) : Block(check, visited);
    }

    private static BlockSyntax Block(StatementSyntax check, StatementSyntax statement) =>
        SyntaxFactory.Block(
            SyntaxFactory.Token(SyntaxKind.OpenBraceToken),
            [check, statement],
            SyntaxFactory.Token(SyntaxKind.CloseBraceToken)
        );
}
