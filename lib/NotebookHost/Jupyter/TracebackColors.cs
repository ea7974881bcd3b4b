using System.Text.RegularExpressions;

namespace NotebookHost.Jupyter;

/// <summary>Colours a traceback as terminals and notebooks do: what is wrong in red, where in green, the learner's line in blue.</summary>
internal static partial class TracebackColors
{
    private const string Red = "\e[1;31m";
    private const string Green = "\e[32m";
    private const string Blue = "\e[34m";
    private const string End = "\e[0m";

    /// <param name="name">The error's name, as it begins the traceback's first line.</param>
    /// <param name="line">A line of the traceback.</param>
    public static string Apply(string name, string line)
    {
        if (line.StartsWith(name + ":", StringComparison.Ordinal))
        {
            return $"{Red}{name}{End}{line[name.Length..]}";
        }

        return Place().Match(line) is { Success: true } place
            ? $"{place.Groups["at"].Value}{Green}{place.Groups["place"].Value}{End}{Paint(place.Groups["rest"].Value)}"
            : line;
    }

    private static string Paint(string rest) =>
        rest.StartsWith(":  ", StringComparison.Ordinal) ? $":  {Blue}{rest[3..]}{End}" : ErrorCode().Replace(rest, $"{Red}$0{End}");

    [GeneratedRegex(
        @"^(?<at>\s*(at |imported by )?(.* in )?)(?<place>([^:\s]+, )?cell \d+(, line \d+)?(, column \d+)?)(?<rest>.*)$",
        RegexOptions.Singleline
    )]
    private static partial Regex Place();

    [GeneratedRegex(@"error [A-Z]+\d+")]
    private static partial Regex ErrorCode();
}
