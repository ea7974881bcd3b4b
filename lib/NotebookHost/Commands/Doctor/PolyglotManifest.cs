using Shared;

namespace NotebookHost.Commands.Doctor;

/// <summary>
/// A fault of VS Code's Polyglot Notebooks: under SDK 10 it works once, and then "Detecting Kernels" never ends. <c>dotnet new
/// tool-manifest</c> of that SDK writes <c>dotnet-tools.json</c>, and the extension looks for <c>.config/dotnet-tools.json</c>.
/// </summary>
/// <remarks>dotnet/interactive #4154 and #4161; the extension is no longer maintained, so this stays.</remarks>
internal static class PolyglotManifest
{
    private const string Extension = "ms-dotnettools.dotnet-interactive-vscode";

    /// <summary>Looks for a manifest in the wrong place; null where there is none.</summary>
    /// <param name="fix">Move it to the right place.</param>
    public static Finding? Check(bool fix)
    {
        var found = Folders().FirstOrDefault(folder => File.Exists(Wrong(folder)) && !File.Exists(Right(folder)));
        if (found is null)
        {
            return null;
        }

        if (!fix)
        {
            return new Finding(
                "Polyglot Notebooks",
                Verdict.Optional,
                $"VS Code's extension does not find its tools and waits for them forever: {Wrong(found)} belongs in the folder .config",
                "dotnet run --project lib/NotebookHost doctor --fix, or use VS Code's Jupyter extension"
            );
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Right(found))!);
        File.Move(Wrong(found), Right(found));
        return new Finding("Polyglot Notebooks", Verdict.Ok, $"fixed: moved {Wrong(found)} into the folder .config; restart VS Code");
    }

    private static string Wrong(string folder) => Path.Combine(folder, "dotnet-tools.json");

    private static string Right(string folder) => Path.Combine(folder, ".config", "dotnet-tools.json");

    /// <summary>Where the extension keeps its tools: in VS Code, its preview, VSCodium, or the server in a dev container or on a remote
    /// machine.</summary>
    private static IEnumerable<string> Folders()
    {
        var home = KnownFolder.Of(Environment.SpecialFolder.UserProfile);
        var settings = KnownFolder.Of(Environment.SpecialFolder.ApplicationData);
        string[] data =
        [
            .. ((string[])["Code", "Code - Insiders", "VSCodium"]).SelectMany(product =>
                (string[])[Path.Combine(settings, product), Path.Combine(home, "Library", "Application Support", product)]
            ),
            .. ((string[])[".vscode-server", ".vscode-remote", ".vscode-server-insiders"]).Select(product =>
                Path.Combine(home, product, "data")
            ),
        ];
        return data.Select(folder => Path.Combine(folder, "User", "globalStorage", Extension));
    }
}
