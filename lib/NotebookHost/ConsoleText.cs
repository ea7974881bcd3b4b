namespace NotebookHost;

/// <summary>Makes text from notebooks safe for a terminal, which would obey the control characters in it.</summary>
internal static class ConsoleText
{
    /// <summary>The text with each control character replaced by Unicode's picture of it (U+2400 and up).</summary>
    public static string Visible(string text) =>
        text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && text.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') < 0
            ? text
            : string.Concat(
                text.Select(character =>
                    character switch
                    {
                        '\n' or '\t' => character,
                        < ' ' => (char)(0x2400 + character),
                        >= '\x7f' and <= '\x9f' => '\u2421',
                        _ => character,
                    }
                )
            );

    /// <summary>The same in one line.</summary>
    public static string InOneLine(string text) => Visible(text.ReplaceLineEndings(" "));
}
