using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace NotebookHost.Pages;

/// <summary>
/// Appends the HTML of outputs, and leaves out what an earlier output of the page has brought already:
/// an identical <c>style</c> element, or an identical <c>script</c> element of more than 10,000 characters.
/// </summary>
/// <remarks>
/// Each chart carries the whole of plotly.js, so that it works alone in any other host; a page needs that once.
/// The scan follows HTML's rules as far as they decide where a script begins: comments, quoted attributes and elements that hold raw text.
/// </remarks>
internal sealed class RepeatedBlocks
{
    private const int LongScript = 10_000;

    private static readonly string[] RawText = ["textarea", "title", "iframe", "noembed", "noframes", "xmp"];

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Appends one output's HTML.</summary>
    public void Append(StringBuilder target, string html)
    {
        var text = html.AsSpan();
        var written = 0;
        var position = 0;
        // What stands in a template is inert: it neither counts as brought nor may it be taken out.
        var templates = 0;
        while (position < text.Length && text[position..].IndexOf('<') is >= 0 and var offset)
        {
            var start = position + offset;
            var tag = text[start..];
            if (tag.StartsWith("<!--", StringComparison.Ordinal))
            {
                position = After(text, "-->", start + 4);
                continue;
            }

            var name = TagName(tag);
            position = start + Math.Max(1, TagLength(tag));
            if (name.Equals("template", StringComparison.OrdinalIgnoreCase))
            {
                templates += tag[1] == '/' ? -1 : 1;
                continue;
            }

            var script = name.Equals("script", StringComparison.OrdinalIgnoreCase);
            var style = name.Equals("style", StringComparison.OrdinalIgnoreCase);
            if (tag.Length < 2 || tag[1] == '/' || !(script || style || IsRawText(name)))
            {
                continue;
            }

            position = After(text, ">", After(text, $"</{name}", position));
            var block = text[start..position];
            if (templates <= 0 && (style || (script && block.Length > LongScript)) && !_seen.Add(Fingerprint(block)))
            {
                target.Append(text[written..start]);
                written = position;
            }
        }

        target.Append(text[written..]);
    }

    private static string Fingerprint(ReadOnlySpan<char> block) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(block)));

    private static int After(ReadOnlySpan<char> text, string what, int from)
    {
        if (from >= text.Length)
        {
            return text.Length;
        }

        var index = text[from..].IndexOf(what, StringComparison.OrdinalIgnoreCase);
        return index < 0 ? text.Length : from + index + what.Length;
    }

    private static bool IsRawText(ReadOnlySpan<char> name)
    {
        foreach (var other in RawText)
        {
            if (name.Equals(other, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The name in a start or end tag; empty where the &lt; starts no tag.</summary>
    private static ReadOnlySpan<char> TagName(ReadOnlySpan<char> tag)
    {
        var start = tag.Length > 1 && tag[1] == '/' ? 2 : 1;
        var end = start;
        while (end < tag.Length && (char.IsAsciiLetterOrDigit(tag[end]) || tag[end] == '-'))
        {
            end++;
        }

        return end > start && char.IsAsciiLetter(tag[start]) ? tag[start..end] : default;
    }

    /// <summary>The length of a tag, from its &lt; to its &gt;, where quoted attribute values may hold further &gt;.</summary>
    private static int TagLength(ReadOnlySpan<char> tag)
    {
        if (TagName(tag).IsEmpty)
        {
            return 1;
        }

        var i = 1;
        while (i < tag.Length && tag[i] != '>')
        {
            if (tag[i] == '=' && i + 1 < tag.Length && QuotedLength(tag[(i + 1)..]) is > 0 and var quoted)
            {
                i += quoted;
            }

            i++;
        }

        return Math.Min(i + 1, tag.Length);
    }

    private static int QuotedLength(ReadOnlySpan<char> value)
    {
        var space = value.Length - value.TrimStart().Length;
        if (space == value.Length || value[space] is not ('"' or '\''))
        {
            return 0;
        }

        var end = value[(space + 1)..].IndexOf(value[space]);
        return end < 0 ? value.Length : space + 1 + end + 1;
    }
}
