using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace NotebookHost.Engine;

/// <summary>
/// Resolves <c>#r</c>, and the references of the assemblies named there. The references of the framework's and this program's own
/// assemblies are not followed: through <c>netstandard</c> they lead to everything, again in every cell.
/// </summary>
internal sealed class CellReferenceResolver(string directory) : MetadataReferenceResolver
{
    private static readonly string[] Closed =
    [
        Path.GetDirectoryName(typeof(object).Assembly.Location)!,
        Path.GetDirectoryName(typeof(CellReferenceResolver).Assembly.Location)!,
        // ASP.NET Core's own folder.
        Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Html.HtmlString).Assembly.Location)!,
    ];

    /// <summary>A file that is named twice must be one reference: the compiler takes types out of two for different types.</summary>
    private static readonly ConcurrentDictionary<(string File, DateTime Written), PortableExecutableReference> Known = new();

    private readonly ScriptMetadataResolver _inner = ScriptMetadataResolver.Default.WithBaseDirectory(directory);

    /// <inheritdoc/>
    public override bool ResolveMissingAssemblies => true;

    /// <inheritdoc/>
    public override ImmutableArray<PortableExecutableReference> ResolveReference(
        string reference,
        string? baseFilePath,
        MetadataReferenceProperties properties
    ) => [.. _inner.ResolveReference(reference, baseFilePath, properties).Select(One)];

    /// <inheritdoc/>
    public override PortableExecutableReference? ResolveMissingAssembly(MetadataReference definition, AssemblyIdentity referenceIdentity) =>
        SessionLoadContext.IsForHost(referenceIdentity.Name)
        || definition is PortableExecutableReference { FilePath: { } file } && Closed.Contains(Path.GetDirectoryName(file))
            ? null
        : _inner.ResolveMissingAssembly(definition, referenceIdentity) is { } found ? One(found)
        : null;

    private static PortableExecutableReference One(PortableExecutableReference found) =>
        found.FilePath is { } file && File.Exists(file)
            ? Known.GetOrAdd((file, File.GetLastWriteTimeUtc(file)), found).WithProperties(found.Properties)
            : found;

    /// <inheritdoc/>
    public override bool Equals(object? other) => other is CellReferenceResolver resolver && resolver._inner.Equals(_inner);

    /// <inheritdoc/>
    public override int GetHashCode() => _inner.GetHashCode();
}
