namespace NotebookHost.Engine;

/// <summary>Code that Roslyn's parser would end the whole program over: it goes down by recursion, and not everywhere with a
/// guard.</summary>
internal static class CodeDepth
{
    /// <summary>Levels of brackets. Roslyn stops at about 20,000 tuples within each other; people at ten.</summary>
    private const int Deepest = 500;

    /// <summary>Whether brackets, wherever they stand, nest deeper than any code that somebody wrote.</summary>
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
                // Of a generic type, and not a comparison.
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
