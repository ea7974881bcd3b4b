using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace NotebookHost.Engine;

/// <summary>
/// <c>#r "nuget: …"</c>: restores the packages of a session through <c>dotnet restore</c> of a project made for it,
/// so that the user's package sources, caches and credentials apply as in any build.
/// </summary>
internal sealed class PackageRestore : IDisposable
{
    private readonly List<PackageDirective> _packages = [];
    private readonly List<string> _sources = [];
    private readonly HashSet<string> _known = [];
    private readonly Dictionary<string, string> _versions = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"notebook-packages-{Guid.NewGuid():N}");

    /// <summary>Adds a source for later restores; one relative to the notebook is made absolute.</summary>
    /// <returns>The source as it was added.</returns>
    public string AddSource(string source, string directory)
    {
        var whole = source.Contains("://", StringComparison.Ordinal) ? source : Path.GetFullPath(source, directory);
        _sources.Add(whole);
        return whole;
    }

    /// <summary>Removes a source that does not work: it would fail each later restore.</summary>
    public void RemoveSource(string source) => _sources.Remove(source);

    /// <summary>Restores these packages along with the earlier ones, loads what is new, and returns it.</summary>
    /// <remarks>What is loaded stays loaded: only a new session can load another version of a package.</remarks>
    /// <exception cref="PackageException">A package was not found, or cannot be combined with the others.</exception>
    public async Task<RestoredPackages> RestoreAsync(
        IReadOnlyList<PackageDirective> packages,
        string directory,
        CancellationToken cancellationToken
    )
    {
        var all = _packages.Where(old => !packages.Any(added => Same(old, added))).Concat(packages).ToList();
        Directory.CreateDirectory(_folder);
        var project = Path.Combine(_folder, "notebook.csproj");
        await File.WriteAllTextAsync(project, Project(all, directory), cancellationToken);
        await RunRestoreAsync(project, cancellationToken);

        var assets = PackageAssets.Read(Path.Combine(_folder, "obj", "project.assets.json"));
        _packages.Clear();
        _packages.AddRange(all);
        var notes = Notes(packages, assets).ToList();
        var added = assets
            .Assemblies.Where(assembly =>
                !SessionLoadContext.IsShared(Path.GetFileNameWithoutExtension(assembly.Compile))
                && _known.Add(Path.GetFileNameWithoutExtension(assembly.Compile))
            )
            .ToList();
        return new RestoredPackages(
            [
                .. added
                    .Select(assembly => assembly.Compile)
                    .Where(file => !SessionLoadContext.IsForHost(Path.GetFileNameWithoutExtension(file))),
            ],
            [.. added.Select(assembly => assembly.Runtime).OfType<string>()],
            assets.Natives,
            [.. assets.Extensions.Where(file => _known.Add(file))],
            Path.Combine(_folder, "natives"),
            notes
        );
    }

    /// <summary>Notes for the user where the version of a package is not the one that was asked for, or not the one that is
    /// loaded.</summary>
    private IEnumerable<string> Notes(IReadOnlyList<PackageDirective> asked, PackageAssets assets)
    {
        foreach (var package in asked)
        {
            if (
                assets.Versions.TryGetValue(package.Name, out var taken)
                && Version.TryParse(package.Version?.Split('-')[0], out _)
                && !IsSame(package.Version!, taken)
            )
            {
                yield return $"{package.Name} {taken} was taken: the package sources have no version {package.Version}, or another package "
                    + "needs the higher one.";
            }
        }

        foreach (var (name, version) in assets.Versions)
        {
            if (!_versions.TryAdd(name, version) && !IsSame(_versions[name], version))
            {
                yield return $"{name} {_versions[name]} is in use in this session and stays; to use {version}, restart the kernel.";
            }
        }
    }

    /// <summary>Whether two versions are the same, as 1.2 and 1.2.0 are.</summary>
    private static bool IsSame(string one, string other)
    {
        static string Normal(string version)
        {
            var parts = version.Split('+')[0].Split('-', 2);
            var numbers = parts[0].Split('.').Select(number => number.TrimStart('0') is { Length: > 0 } digits ? digits : "0").ToList();
            while (numbers.Count > 1 && numbers[^1] == "0")
            {
                numbers.RemoveAt(numbers.Count - 1);
            }

            return string.Join('.', numbers) + (parts.Length > 1 ? $"-{parts[1]}" : "");
        }

        return string.Equals(Normal(one), Normal(other), StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose()
    {
        try
        {
            if (Directory.Exists(_folder))
            {
                Directory.Delete(_folder, recursive: true);
            }
        }
        catch (IOException)
        {
            // Windows keeps loaded libraries locked; the system's clean-up of temporary files deletes them.
        }
    }

    private static bool Same(PackageDirective a, PackageDirective b) => string.Equals(a.Name, b.Name, StringComparison.OrdinalIgnoreCase);

    private string Project(List<PackageDirective> packages, string directory)
    {
        var references = new StringBuilder();
        foreach (var package in packages)
        {
            references.AppendLine(
                $"""    <PackageReference Include="{SecurityElement.Escape(package.Name)}" """
                    + $"""Version="{SecurityElement.Escape(package.Version ?? "*-*")}" />"""
            );
        }

        return $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net{Environment.Version.Major}.0</TargetFramework>
                <RuntimeIdentifier>{RuntimeInformation.RuntimeIdentifier}</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <UseAppHost>false</UseAppHost>
                <ImportDirectoryBuildProps>false</ImportDirectoryBuildProps>
                <ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets>
                <ImportDirectoryPackagesProps>false</ImportDirectoryPackagesProps>
                <RestoreRootConfigDirectory>{SecurityElement.Escape(directory)}</RestoreRootConfigDirectory>
                <RestoreAdditionalProjectSources>{SecurityElement.Escape(string.Join(';', _sources))}</RestoreAdditionalProjectSources>
                <NoWarn>$(NoWarn);NU1603;NU1701</NoWarn>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
            {references}  </ItemGroup>
            </Project>
            """;
    }

    private static async Task RunRestoreAsync(string project, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "restore", project, "--disable-build-servers", "--verbosity", "quiet", "-consoleLoggerParameters:NoSummary" },
            WorkingDirectory = Path.GetDirectoryName(project),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        using var stop = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            throw new PackageException(Explain(await output + await errors));
        }
    }

    /// <summary>The error lines of a failed restore, each once, without the temporary project's path.</summary>
    private static string Explain(string output)
    {
        var lines = output
            .Split('\n')
            .Where(line => line.Contains("error", StringComparison.Ordinal) || line.Contains("Unable to", StringComparison.Ordinal))
            .Select(line => line[Math.Max(0, line.IndexOf("error", StringComparison.Ordinal))..].Split(" [/")[0].Trim())
            .Distinct()
            .ToList();
        return $"the package cannot be restored: {(lines.Count > 0 ? string.Join(" ", lines) : output.Trim())}";
    }
}

/// <summary>What a restore adds: files for the compiler, assemblies to run, native libraries, extensions for .NET Interactive, the folder
/// in which native libraries are gathered, and notes about versions.</summary>
internal sealed record RestoredPackages(
    IReadOnlyList<string> References,
    IReadOnlyList<string> Assemblies,
    IReadOnlyList<string> Natives,
    IReadOnlyList<string> Extensions,
    string NativesFolder,
    IReadOnlyList<string> Notes
);

/// <summary>Packages cannot be restored. The message says which and why.</summary>
internal sealed class PackageException(string message) : Exception(message);
