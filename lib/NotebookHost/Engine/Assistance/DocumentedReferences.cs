using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace NotebookHost.Engine.Assistance;

/// <summary>The references of a compilation with the XML documentation that lies beside them.</summary>
/// <remarks>
/// The runtime's own assemblies have none. The SDK's reference assemblies do, and declare the same types; so those take their place.
/// </remarks>
internal sealed class DocumentedReferences
{
    private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    // One object per file: with two references to the same file, the compiler would see two different types.
    private readonly Dictionary<string, PortableExecutableReference> _known = [];
    private readonly Dictionary<MetadataReferenceResolver, MetadataReferenceResolver> _resolvers = [];
    private readonly IReadOnlyList<PortableExecutableReference>? _documentedFramework;

    public DocumentedReferences()
    {
        var packs = Path.GetFullPath(Path.Combine(Framework, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref"));
        var folder = Directory.Exists(packs)
            ? Directory
                .GetDirectories(packs)
                .Where(pack => Version.TryParse(Path.GetFileName(pack), out var version) && version.Major == Environment.Version.Major)
                .Select(pack => Path.Combine(pack, "ref", $"net{Environment.Version.Major}.0"))
                .FirstOrDefault(Directory.Exists)
            : null;
        _documentedFramework = folder is null ? null : [.. Directory.GetFiles(folder, "*.dll").Select(WithDocumentation)];
    }

    public IEnumerable<MetadataReference> Of(IReadOnlyCollection<MetadataReference> references)
    {
        // A submission without framework references inherits them from the one before.
        var own = references.Where(reference => !IsFramework(reference)).Select(Documented);
        return (_documentedFramework is not null && references.Any(IsFramework) ? _documentedFramework.Concat(own) : own).Distinct();
    }

    /// <summary>Resolves <c>#r</c> as the given resolver does, with documentation.</summary>
    public MetadataReferenceResolver Resolver(MetadataReferenceResolver inner)
    {
        if (!_resolvers.TryGetValue(inner, out var resolver))
        {
            _resolvers[inner] = resolver = new DocumentedResolver(inner, this);
        }

        return resolver;
    }

    private bool IsFramework(MetadataReference reference) =>
        _documentedFramework is not null
        && reference is PortableExecutableReference { FilePath: { } file }
        && Path.GetDirectoryName(file) == Framework;

    private MetadataReference Documented(MetadataReference reference) =>
        reference is PortableExecutableReference { FilePath: { } file } ? WithDocumentation(file) : reference;

    private PortableExecutableReference WithDocumentation(string file)
    {
        lock (_known)
        {
            if (!_known.TryGetValue(file, out var reference))
            {
                var documentation = Path.ChangeExtension(file, ".xml");
                _known[file] = reference = MetadataReference.CreateFromFile(
                    file,
                    documentation: File.Exists(documentation) ? XmlDocumentationProvider.CreateFromFile(documentation) : null
                );
            }

            return reference;
        }
    }

    private sealed class DocumentedResolver(MetadataReferenceResolver inner, DocumentedReferences references) : MetadataReferenceResolver
    {
        public override bool ResolveMissingAssemblies => inner.ResolveMissingAssemblies;

        public override ImmutableArray<PortableExecutableReference> ResolveReference(
            string reference,
            string? baseFilePath,
            MetadataReferenceProperties properties
        ) =>
            [
                .. inner
                    .ResolveReference(reference, baseFilePath, properties)
                    .Select(found => (PortableExecutableReference)references.Documented(found)),
            ];

        public override PortableExecutableReference? ResolveMissingAssembly(
            MetadataReference definition,
            AssemblyIdentity referenceIdentity
        ) =>
            inner.ResolveMissingAssembly(definition, referenceIdentity) is { } found
                ? (PortableExecutableReference)references.Documented(found)
                : null;

        public override bool Equals(object? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => inner.GetHashCode();
    }
}
