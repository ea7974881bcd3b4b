using System.Text;

namespace NotebookHost.Pages;

/// <summary>Plain text made safe for HTML, in content and in quoted attributes.</summary>
internal static class HtmlText
{
    /// <summary>The text with HTML's own characters encoded.</summary>
    public static string Encode(string text) => new StringBuilder(text.Length + 16).AppendText(text).ToString();

    /// <summary>Appends text with HTML's own characters encoded.</summary>
    public static StringBuilder AppendText(this StringBuilder html, ReadOnlySpan<char> text)
    {
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (Entity(text[i]) is not { } entity)
            {
                continue;
            }

            html.Append(text[written..i]).Append(entity);
            written = i + 1;
        }

        return html.Append(text[written..]);
    }

    /// <summary>The address of a file, relative to the page, for use in an attribute.</summary>
    public static string Address(string file) => Encode(string.Join('/', file.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString)));

    // Control characters are not allowed in HTML: each is shown as Unicode's picture of it (U+2400 and up).
    private static string? Entity(char character) =>
        character switch
        {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            '\t' or '\n' or '\r' => null,
            < ' ' => ((char)(0x2400 + character)).ToString(),
            '\x7f' => "\u2421",
            _ => null,
        };
}
