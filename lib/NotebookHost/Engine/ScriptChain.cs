using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Html;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Scripting.Hosting;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>C# submissions that build on each other, through Roslyn's scripting API.</summary>
internal sealed class ScriptChain : IDisposable
{
    private static readonly string[] Imports =
    [
        "System",
        "System.Text",
        "System.Collections",
        "System.Collections.Generic",
        "System.Threading.Tasks",
        "System.Linq",
        typeof(Kernel).FullName!, // display and HTML
    ];

    /// <summary>What this program and the cells share, so that for example a formatter registered in a cell's library is the
    /// host's.</summary>
    public static readonly Assembly[] Shared = [typeof(Kernel).Assembly, typeof(Formatter).Assembly, typeof(HtmlString).Assembly];

    /// <summary>The parts of the framework that most cells use. The compiler looks at each reference anew in every cell: with all 160 a
    /// trivial cell takes three times as long.</summary>
    private static readonly HashSet<string> Common =
    [
        "Microsoft.CSharp",
        "System.Collections",
        "System.Collections.Concurrent",
        "System.Collections.Immutable",
        "System.ComponentModel.Primitives",
        "System.Console",
        "System.Diagnostics.Process",
        "System.Linq",
        "System.Linq.Expressions",
        "System.Memory",
        "System.Net.Http",
        "System.Net.Primitives",
        "System.Numerics.Vectors",
        "System.ObjectModel",
        "System.Private.CoreLib",
        "System.Private.Uri",
        "System.Runtime",
        "System.Runtime.InteropServices",
        "System.Runtime.Numerics",
        "System.Text.Json",
        "System.Text.RegularExpressions",
        "System.Threading",
        "System.Threading.Tasks.Parallel",
        "netstandard",
    ];

    private static readonly Lazy<ILookup<bool, MetadataReference>> Framework = new(() =>
        FrameworkReferences().ToLookup(reference => Common.Contains(Path.GetFileNameWithoutExtension(reference.Display!)))
    );

    private readonly InteractiveAssemblyLoader _loader = new();
    private ScriptOptions _options;
    private string? _directory;
    private int _abandoned;
    private bool _hasAllOfFramework;

    public ScriptChain()
    {
        foreach (var assembly in Shared)
        {
            _loader.RegisterDependency(assembly);
        }

        _options = ScriptOptions
            .Default.WithLanguageVersion(LanguageVersion.Latest)
            .WithImports(Imports)
            .WithReferences(Framework.Value[true])
            .AddReferences(Shared)
            .WithEmitDebugInformation(true)
            .WithFileEncoding(Encoding.UTF8);
    }

    /// <summary>The newest state. Null before the first submission.</summary>
    public ScriptState<object>? State { get; private set; }

    /// <summary>Lets the next submission, and so all later ones, use these packages.</summary>
    public void AddReferences(RestoredPackages packages)
    {
        _options = _options.AddReferences(packages.References.Select(file => MetadataReference.CreateFromFile(file)));
        foreach (var assembly in packages.Assemblies)
        {
            _loader.RegisterDependency(assembly);
        }
    }

    /// <summary>Whatever runs now no longer counts: its state will not become the chain's when it ends.</summary>
    public void Abandon() => Interlocked.Increment(ref _abandoned);

    /// <summary>Compiles and runs a submission. The state moves on even if it throws: what it had declared and assigned stays.</summary>
    /// <param name="code">The C# text.</param>
    /// <param name="file">The name that stack frames and diagnostics carry.</param>
    /// <param name="directory">Where relative paths in <c>#r</c> start.</param>
    /// <param name="cancellationToken">Stops the submission before it begins.</param>
    /// <exception cref="CompilationErrorException">It does not compile.</exception>
    public async Task<ScriptState<object>> RunAsync(string code, string file, string directory, CancellationToken cancellationToken)
    {
        var abandoned = _abandoned;
        ScriptState<object> state;
        try
        {
            state = await RunAsync(Next(code, file, directory), cancellationToken);
        }
        catch (CompilationErrorException) when (!_hasAllOfFramework)
        {
            var common = _options;
            try
            {
                _options = _options.AddReferences(Framework.Value[false]);
                state = await RunAsync(Next(code, file, directory), cancellationToken);
                _hasAllOfFramework = true;
            }
            catch (CompilationErrorException)
            {
                // It was not that.
                _options = common;
                throw;
            }
        }

        if (abandoned == Volatile.Read(ref _abandoned))
        {
            State = state;
            // A submission inherits the references of those before. Given again, they would count again in each that follows: 2,000 cells
            // took 2 GB.
            _options = _options.WithReferences(Array.Empty<MetadataReference>());
        }

        return state;
    }

    private Task<ScriptState<object>> RunAsync(Script<object> script, CancellationToken cancellationToken) =>
        State is null ? script.RunAsync(null, _ => true, cancellationToken) : script.RunFromAsync(State, _ => true, cancellationToken);

    /// <summary>A submission after the newest state, without running it.</summary>
    public Script<object> Next(string code, string file, string directory)
    {
        if (directory != _directory)
        {
            _directory = directory;
            _options = _options
                .WithMetadataResolver(new CellReferenceResolver(directory))
                .WithSourceResolver(ScriptSourceResolver.Default.WithBaseDirectory(directory));
        }

        var options = _options.WithFilePath(file);
        return State is null ? CSharpScript.Create(code, options, assemblyLoader: _loader) : State.Script.ContinueWith(code, options);
    }

    /// <summary>Whether a submission ends in an expression without a semicolon that has a value, be it null.</summary>
    public static bool HasValue(ScriptState<object> state)
    {
        if (state.ReturnValue is not null)
        {
            return true;
        }

        var compilation = state.Script.GetCompilation();
        var tree = compilation.SyntaxTrees.Single();
        return tree.GetRoot() is CompilationUnitSyntax unit
            && unit.Members.LastOrDefault()
                is GlobalStatementSyntax { Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true } last }
            && compilation.GetSemanticModel(tree).GetTypeInfo(last.Expression).Type is { SpecialType: not SpecialType.System_Void };
    }

    public void Dispose() => _loader.Dispose();

    /// <summary>The runtime's own assemblies, and not those that this program happens to use.</summary>
    private static MetadataReference[] FrameworkReferences()
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        return
        [
            .. trusted
                .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Where(file => Path.GetDirectoryName(file) == framework)
                .Select(file => MetadataReference.CreateFromFile(file)),
        ];
    }
}
