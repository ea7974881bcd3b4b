using System.CommandLine.Parsing;

namespace NotebookHost.Commands;

/// <summary>Refuses mistyped options, which an argument of any text would accept.</summary>
internal static class UnknownOptions
{
    public static void Refuse(ArgumentResult result)
    {
        if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith('-')) is { } option)
        {
            result.AddError($"Unknown option {option.Value}");
        }
    }
}
