namespace NotebookHost.Engine;

/// <summary>Finds code that nests so deep that Roslyn's recursive parser, which does not check its depth everywhere, would crash the
/// program.</summary>
internal static class CodeDepth
{
    /// <summary>Levels of brackets. Roslyn crashes at about 20,000 nested tuples; people nest ten.</summary>
    private const int Deepest = 500;

    /// <summary>Whether brackets, even in strings and comments, nest deeper than in any code that a person writes.</summary>
    public static bool IsTooGreat(string code)
    {
        var (brackets, angles) = (0, 0);
        for (var i = 0; i < code.Length; i++)
        {
            switch (code[i])
            {
                case '(' or '[' or '{':
                    brackets++;
                    break;
                case ')' or ']' or '}':
                    brackets = Math.Max(0, brackets - 1);
                    break;
                // A generic type, and not a comparison.
                case '<' when i > 0 && (char.IsLetterOrDigit(code[i - 1]) || code[i - 1] == '_'):
                    angles++;
                    break;
                case '>':
                    angles = Math.Max(0, angles - 1);
                    break;
                case ';':
                    angles = 0;
                    break;
            }

            if (brackets > Deepest || angles > Deepest)
            {
                return true;
            }
        }

        return false;
    }
}
