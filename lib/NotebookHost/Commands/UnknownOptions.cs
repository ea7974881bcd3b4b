using System.CommandLine.Parsing;

namespace NotebookHost.Commands;

/// <summary>An argument that takes any text would take a mistyped option too.</summary>
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
