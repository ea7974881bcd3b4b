namespace NotebookHost.Jupyter;

/// <summary>Places in a text: Jupyter counts Unicode code points, .NET counts UTF-16 units.</summary>
internal static class CodePosition
{
    /// <summary>From code points to UTF-16 units; a place outside the text becomes its end.</summary>
    public static int ToUtf16(string text, int codePoints)
    {
        var units = 0;
        for (var i = 0; i < codePoints && units < text.Length; i++)
        {
            units += char.IsSurrogatePair(text, units) ? 2 : 1;
        }

        return units;
    }

    /// <summary>From UTF-16 units to code points.</summary>
    public static int FromUtf16(string text, int units)
    {
        var codePoints = 0;
        for (var i = 0; i < units && i < text.Length; codePoints++)
        {
            i += char.IsSurrogatePair(text, i) ? 2 : 1;
        }

        return codePoints;
    }
}
