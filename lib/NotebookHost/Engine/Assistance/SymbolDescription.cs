using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;
using Microsoft.CodeAnalysis.QuickInfo;

namespace NotebookHost.Engine.Assistance;

/// <summary>What a name means: its signature, and what its documentation says, in plain text.</summary>
internal sealed partial record SymbolDescription(string Signature, string Documentation) : Answer
{
    /// <summary>Describes the name at a position; inside the brackets of a call, what is called. Null where there is nothing to
    /// say.</summary>
    public static async Task<SymbolDescription?> AtAsync(Document document, int position)
    {
        var service = QuickInfoService.GetService(document)!;
        var root = (await document.GetSyntaxRootAsync())!;
        foreach (var place in Places(root, position))
        {
            if (await service.GetQuickInfoAsync(document, place) is { Sections: { Length: > 0 } sections })
            {
                var symbol = await SymbolFinder.FindSymbolAtPositionAsync(document, place);
                return new SymbolDescription(
                    Text(sections, QuickInfoSectionKinds.Description),
                    DocumentationOf(symbol) ?? Text(sections, QuickInfoSectionKinds.DocumentationComments)
                );
            }
        }

        return null;
    }

    /// <summary>What a completion's description says: its first line, and the rest.</summary>
    public static SymbolDescription Of(IEnumerable<TaggedText> parts)
    {
        var text = string.Concat(parts.Select(part => part.Text)).ReplaceLineEndings("\n").Replace('\u00A0', ' ');
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? new SymbolDescription(text, "") : new SymbolDescription(text[..end], text[(end + 1)..].Trim());
    }

    /// <summary>What a method's documentation says, for itself and for each parameter.</summary>
    public static (string Summary, IReadOnlyDictionary<string, string> Parameters) DocumentationParts(ISymbol symbol)
    {
        var none = ("", new Dictionary<string, string>());
        if (symbol.GetDocumentationCommentXml() is not { Length: > 0 } xml)
        {
            return none;
        }

        try
        {
            var member = XElement.Parse(xml.TrimStart().StartsWith("<member", StringComparison.Ordinal) ? xml : $"<member>{xml}</member>");
            var parameters = new Dictionary<string, string>();
            foreach (var element in member.Elements("param"))
            {
                parameters[element.Attribute("name")?.Value ?? ""] = Words(element);
            }

            return (member.Element("summary") is { } summary ? Words(summary) : "", parameters);
        }
        catch (XmlException)
        {
            return none;
        }
    }

    /// <summary>A name at the position, the name that ends there, and then the names of the calls around it, innermost first.</summary>
    private static IEnumerable<int> Places(SyntaxNode root, int position)
    {
        if (IsName(root, position))
        {
            yield return position;
        }

        if (position > 0)
        {
            if (IsName(root, position - 1))
            {
                yield return position - 1;
            }

            foreach (var call in root.FindToken(position - 1).Parent?.AncestorsAndSelf() ?? [])
            {
                switch (call)
                {
                    case ArgumentListSyntax { Parent: InvocationExpressionSyntax invocation }:
                        yield return invocation.Expression.Span.End - 1;
                        break;
                    case ArgumentListSyntax { Parent: ObjectCreationExpressionSyntax creation }:
                        yield return creation.Type.Span.End - 1;
                        break;
                }
            }
        }
    }

    /// <summary>A question inside 256 is about what the number is for, not about what an int is.</summary>
    private static bool IsName(SyntaxNode root, int position) =>
        position < root.FullSpan.End
        && root.FindToken(position) is var token
        && token.Span.Contains(position)
        && (token.IsKind(SyntaxKind.IdentifierToken) || token.IsKeyword());

    private static string Text(IEnumerable<QuickInfoSection> sections, string kind) =>
        string.Join('\n', sections.Where(section => section.Kind == kind).Select(section => section.Text));

    private static string? DocumentationOf(ISymbol? symbol)
    {
        if (symbol?.GetDocumentationCommentXml() is not { Length: > 0 } xml)
        {
            return null;
        }

        try
        {
            var documentation = XElement.Parse(
                xml.TrimStart().StartsWith("<member", StringComparison.Ordinal) ? xml : $"<member>{xml}</member>"
            );
            var text = new StringBuilder();
            foreach (var element in documentation.Elements())
            {
                if (Heading(element) is { } heading && Words(element) is { Length: > 0 } words)
                {
                    text.Append(heading).Append(words).Append('\n');
                }
            }

            return text.Length > 0 ? text.ToString().TrimEnd() : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static string? Heading(XElement element) =>
        element.Name.LocalName switch
        {
            "summary" => "",
            "param" or "typeparam" => $"  {element.Attribute("name")?.Value}: ",
            "returns" => "Returns: ",
            "exception" => $"Throws {Name(element.Attribute("cref")?.Value)}: ",
            "remarks" => "\n",
            _ => null,
        };

    private static string Words(XElement element) =>
        Whitespace()
            .Replace(
                string.Concat(
                    element
                        .Nodes()
                        .Select(node =>
                            node switch
                            {
                                XText text => text.Value,
                                XElement { Name.LocalName: "para" or "br" or "item" } part => $" {Words(part)} ",
                                XElement { IsEmpty: true } part => Name(
                                    (
                                        part.Attribute("cref")
                                        ?? part.Attribute("name")
                                        ?? part.Attribute("langword")
                                        ?? part.Attribute("href")
                                    )?.Value
                                ),
                                XElement part => Words(part),
                                _ => "",
                            }
                        )
                ),
                " "
            )
            .Trim();

    /// <summary>A documentation id such as <c>M:System.Math.Abs(System.Int32)</c> as people write it: <c>Math.Abs</c>.</summary>
    private static string Name(string? reference)
    {
        if (reference is null || reference.Length < 2 || reference[1] != ':')
        {
            return reference ?? "";
        }

        var parts = reference[2..].Split('(')[0].Split('`')[0].Split('.');
        return reference[0] is 'T' or 'N' ? parts[^1] : string.Join('.', parts[Math.Max(0, parts.Length - 2)..]);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
