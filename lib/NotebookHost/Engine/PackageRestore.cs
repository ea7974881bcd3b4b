using System.Diagnostics;
using System.Reflection;
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
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"notebook-packages-{Guid.NewGuid():N}");
    private PackageLoadContext? _context;

    /// <summary>Adds a source for later restores; one relative to the notebook is made absolute.</summary>
    public void AddSource(string source, string directory) =>
        _sources.Add(source.Contains("://", StringComparison.Ordinal) ? source : Path.GetFullPath(source, directory));

    /// <summary>Restores these packages along with the earlier ones, loads what is new, and returns it.</summary>
    /// <remarks>What is loaded stays loaded: another version of a package is taken only by a new session.</remarks>
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
        _context ??= new PackageLoadContext(Path.Combine(_folder, "natives"));
        var added = assets
            .Assemblies.Where(assembly => !IsShared(assembly) && _known.Add(Path.GetFileNameWithoutExtension(assembly.Compile)))
            .ToList();
        return new RestoredPackages([.. added.Select(assembly => assembly.Compile)], _context.Add(added, assets.Natives));
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
            // Windows keeps loaded libraries locked; the system's clean-up of temporary files takes them.
        }
    }

    /// <summary>Whether the host has this assembly for its cells already; two of a name would be two worlds of types.</summary>
    private static bool IsShared(PackageAssembly assembly) =>
        Array.Exists(ScriptChain.Shared, shared => shared.GetName().Name == Path.GetFileNameWithoutExtension(assembly.Compile));

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

/// <summary>What a restore brings: files for the compiler, and the loaded assemblies.</summary>
internal sealed record RestoredPackages(IReadOnlyList<string> References, IReadOnlyList<Assembly> Assemblies);

/// <summary>Packages cannot be restored. The message says which and why.</summary>
internal sealed class PackageException(string message) : Exception(message);
