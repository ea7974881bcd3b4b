using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Html;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Text;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>
/// C# submissions that build on each other. Roslyn's scripting API makes the compilations; they are emitted, loaded and run here, so that a
/// cell can be stopped and can use its own versions of libraries.
/// </summary>
internal sealed class ScriptChain
{
    /// <summary>The C# of .NET 10's SDK. The compiler knows a later one, in which <c>union.Add(x)</c> is a declaration.</summary>
    public const LanguageVersion Language = LanguageVersion.CSharp14;

    /// <summary>How the code of a cell is read.</summary>
    public static readonly CSharpParseOptions Script = new(Language, kind: SourceCodeKind.Script);

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

    /// <summary>Assemblies that this program and the cells share. So a formatter that a cell's library registers is used by the
    /// host.</summary>
    public static readonly Assembly[] Shared = [typeof(Kernel).Assembly, typeof(Formatter).Assembly, typeof(HtmlString).Assembly];

    /// <summary>The parts of the framework that most cells use. The compiler reads each reference again in every cell: with all 160, a
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

    /// <summary>Libraries that .NET Interactive brings, so that its notebooks use them without <c>#r</c>. The compiler gets one only for a
    /// cell that names it and does not compile without it.</summary>
    private static readonly string[] Brought = ["Humanizer", "Newtonsoft.Json", "System.Reactive"];

    private static readonly Lazy<ILookup<bool, MetadataReference>> Framework = new(() =>
        FrameworkReferences().ToLookup(reference => Common.Contains(Path.GetFileNameWithoutExtension(reference.Display!)))
    );

    private static readonly EmitOptions Emission = new(
        debugInformationFormat: DebugInformationFormat.PortablePdb,
        // A method that calls itself without end throws, instead of ending the process.
        instrumentationKinds: [InstrumentationKind.StackOverflowProbing]
    );

    private static int _lastNumber;

    private readonly SessionLoadContext _context = new();
    private readonly List<Submission> _submissions = [];
    private readonly List<MetadataReference> _libraryReferences = [];
    private readonly List<(string Name, HashSet<string> Types, MetadataReference Reference)> _pasted = [];
    private object?[] _instances = [];
    private ScriptOptions _options = ScriptOptions
        .Default.WithLanguageVersion(Language)
        .WithImports(Imports)
        .WithReferences(Framework.Value[true])
        .AddReferences(Shared)
        .WithEmitDebugInformation(true)
        .WithFileEncoding(Encoding.UTF8);
    private string? _directory;
    private int _abandoned;
    private bool _hasAllOfFramework;

    /// <summary>What was run, oldest first.</summary>
    public IReadOnlyList<Submission> Submissions => _submissions;

    /// <summary>Lets the next submission, and so all later ones, use these packages.</summary>
    /// <param name="packages">What was restored.</param>
    /// <param name="output">Gets a message about what does not work.</param>
    public async Task AddPackagesAsync(RestoredPackages packages, CellOutput output)
    {
        UseAllOfFramework();
        List<MetadataReference> added = [.. packages.References.Select(file => MetadataReference.CreateFromFile(file))];
        _options = _options.AddReferences(added);
        _libraryReferences.AddRange(added);
        _context.AddPackages(packages.Assemblies, packages.Natives, packages.NativesFolder);
        foreach (var file in packages.Assemblies)
        {
            switch (Path.GetFileName(file))
            {
                case "XPlot.Plotly.dll":
                    PlotlyCharts.Register(_context.LoadFile(file));
                    break;
                case "Microsoft.Data.Analysis.dll":
                    DataFrames.Register(_context.LoadFile(file));
                    break;
            }
        }

        var extensions = packages.Extensions.Where(file => Path.GetFileName(file) != DataFrames.Extension);
        await KernelExtensions.LoadAsync(extensions, _context.LoadFile, output);
    }

    /// <summary>Gives up what runs now: its state will not become the chain's when it ends.</summary>
    public void Abandon()
    {
        Interlocked.Increment(ref _abandoned);
        StopCheck.LeaveBehind();
    }

    /// <summary>Compiles and runs a submission. The state moves on even if it throws: what it had declared and assigned stays.</summary>
    /// <param name="code">The C# text.</param>
    /// <param name="file">The name that stack frames and diagnostics carry.</param>
    /// <param name="directory">Where relative paths in <c>#r</c> start.</param>
    /// <param name="continuations">Runs the code, and what follows its awaits.</param>
    /// <param name="cancellationToken">Stops the submission before it begins.</param>
    /// <exception cref="CompilationErrorException">It does not compile.</exception>
    public async Task<Submission> RunAsync(
        string code,
        string file,
        string directory,
        CellContinuations continuations,
        CancellationToken cancellationToken
    )
    {
        var abandoned = _abandoned;
        Assembly? library = null;
        if (PastedCode.IsLibrary(code) && (library = AddLibrary(code, file, cancellationToken)) is not null)
        {
            (library, code) = (PastedCode.HasMain(code) ? library : null, "");
        }

        var (script, compiled) = Compile(PastedCode.WithPublicMain(code), file, directory, cancellationToken);
        foreach (var referenced in script.GetCompilation().DirectiveReferences.OfType<PortableExecutableReference>())
        {
            if (referenced.FilePath is { } path)
            {
                _libraryReferences.Add(referenced);
                _context.AddLibrary(path);
                _context.Initialize(path);
            }
        }

        // A slot for each submission so far, one for the globals (there are none), one for this submission.
        object?[] instances = [.. _instances.AsSpan(0, Math.Min(_instances.Length, _submissions.Count + 1)), null, null];
        var submission = compiled.IsEmpty
            ? await RunMainAsync(new Submission(script, null, null, null, null, compiled.Warnings), library, continuations)
            : await RunAsync(script, compiled, instances, continuations);
        if (abandoned == Volatile.Read(ref _abandoned))
        {
            _instances = instances;
            _submissions.Add(submission);
            // A submission inherits the references and usings of those before. References given again would add up: 2,000 cells took 2 GB.
            // Usings given again would be ambiguous once a package has brought an assembly that this program uses too, because the compiler
            // takes the two for different assemblies.
            _options = _options.WithReferences(Array.Empty<MetadataReference>()).WithImports();
        }

        return submission;
    }

    private async Task<Submission> RunAsync(Script<object> script, Compiled compiled, object?[] instances, CellContinuations continuations)
    {
        var assembly = _context.Load(compiled.Code, compiled.Symbols);
        StopCheck.BeginSubmission(compiled.Number);
        if (compiled.DeclaresTypes)
        {
            EndlessEnumeration.RegisterTypes(assembly);
        }

        var entry = script.GetCompilation().GetEntryPoint(CancellationToken.None)!;
        var type = assembly.GetType(entry.ContainingType.MetadataName, throwOnError: true)!;
        var begin = type.GetMethod(entry.MetadataName, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .CreateDelegate<Func<object?[], Task<object>>>();
        object? value = null;
        Exception? exception = null;
        try
        {
            value = await continuations.Start(() => begin(instances)).ConfigureAwait(false);
            if (compiled.IsProgram)
            {
                value = await continuations.Start(() => MainOf(assembly)).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            exception = e;
        }

        return new Submission(script, type, Array.FindLast(instances, one => one?.GetType() == type), value, exception, compiled.Warnings);
    }

    /// <summary>A submission after the newest, without running it, as help with writing needs it.</summary>
    public Script<object> Next(string code, string directory) => Next(code, "", directory, BroughtFor(code));

    private Script<object> Next(string code, string file, string directory, params IEnumerable<MetadataReference> more)
    {
        if (directory != _directory)
        {
            _directory = directory;
            _options = _options
                .WithMetadataResolver(new CellReferenceResolver(directory))
                .WithSourceResolver(ScriptSourceResolver.Default.WithBaseDirectory(directory));
        }

        var options = _options.WithFilePath(file).AddReferences(more);
        return _submissions.Count == 0 ? CSharpScript.Create(code, options) : _submissions[^1].Script.ContinueWith(code, options);
    }

    /// <summary>Compiles with the common part of the framework, and with all of it, and what .NET Interactive brings, if that
    /// fails.</summary>
    private (Script<object> Script, Compiled Compiled) Compile(string code, string file, string directory, CancellationToken stop)
    {
        var script = Next(code, file, directory);
        if (!_hasAllOfFramework && script.GetCompilation().DirectiveReferences.Length > 0)
        {
            UseAllOfFramework();
            script = Next(code, file, directory);
        }

        try
        {
            return (script, Emit(script.GetCompilation(), stop));
        }
        catch (CompilationErrorException) when (More(code) is { Count: > 0 } more)
        {
            var common = _options;
            try
            {
                _options = _options.AddReferences(more);
                script = Next(code, file, directory);
                var compiled = Emit(script.GetCompilation(), stop);
                _hasAllOfFramework = true;
                return (script, compiled);
            }
            catch (CompilationErrorException)
            {
                // It did not help, so later cells go back to the common part.
                _options = common;
                throw;
            }
        }
    }

    /// <summary>
    /// Once there is a library, the framework must not become larger: the compiler would read the library again, and take its types for
    /// others than those that earlier cells have.
    /// </summary>
    private void UseAllOfFramework()
    {
        if (!_hasAllOfFramework)
        {
            _options = _options.AddReferences(Framework.Value[false]);
            _hasAllOfFramework = true;
        }
    }

    /// <summary>References without which code may not compile.</summary>
    private List<MetadataReference> More(string code) => [.. _hasAllOfFramework ? [] : Framework.Value[false], .. BroughtFor(code)];

    /// <summary>The libraries of <see cref="Brought"/> that code names: each is the file that the session would load, so a version that a
    /// cell has asked for comes first.</summary>
    private IEnumerable<MetadataReference> BroughtFor(string code) =>
        Brought
            .Where(name => code.Contains(name, StringComparison.Ordinal))
            .Select(name => _context.Find(name) ?? Path.Combine(AppContext.BaseDirectory, $"{name}.dll"))
            .Select(file => MetadataReference.CreateFromFile(file));

    /// <summary>Compiles code as a library of its own, loads it, and lets the next submission use it. Null if it does not compile that way,
    /// for example because it uses a variable of a cell.</summary>
    private Assembly? AddLibrary(string code, string file, CancellationToken stop)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        var usings = string.Concat(Imports.SkipLast(1).Select(name => $"global using {name}; "));
        var version = $"[assembly: System.Reflection.AssemblyVersion(\"0.0.0.{number}\")]";
        var tree = CSharpSyntaxTree.ParseText(
            SourceText.From(PastedCode.AsPublicLibrary(code, usings, version), Encoding.UTF8),
            new CSharpParseOptions(Language),
            file,
            cancellationToken: stop
        );
        var compilation = CSharpCompilation.Create(
            $"Library{number}",
            [tree],
            options: new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                allowUnsafe: true,
                // The compiler tells versions of an assembly apart only if it has a public key; which one does not matter.
                cryptoPublicKey: [.. typeof(Compilation).Assembly.GetName().GetPublicKey()!],
                publicSign: true
            )
        );
        var types = compilation
            .GetSymbolsWithName(_ => true, SymbolFilter.Type, stop)
            .Where(type => type.ContainingType is null)
            .Select(type => type.ToDisplayString())
            .ToHashSet();
        // A type that is declared again takes the place of the old one: of two assemblies of one name, the compiler takes the newer.
        var old = _pasted.FindLast(one => one.Types.Overlaps(types));
        compilation = compilation
            .WithAssemblyName(old.Name ?? compilation.AssemblyName)
            .WithReferences([
                .. Framework.Value[true],
                .. Framework.Value[false],
                .. Shared.Select(assembly => MetadataReference.CreateFromFile(assembly.Location)),
                .. _libraryReferences.Where(reference => reference != old.Reference),
                .. BroughtFor(code),
            ]);
        var compiled = TryEmit(StopChecks.Insert(compilation, number), number, stop, out _);
        if (compiled is not { IsEmpty: false })
        {
            return null;
        }

        var image = ((MemoryStream)compiled.Code).ToArray();
        var assembly = _context.LoadLibrary(compiled.Code, compiled.Symbols);
        var reference = MetadataReference.CreateFromImage(image);
        _pasted.Add((compilation.AssemblyName!, types, reference));
        _libraryReferences.Remove(old.Reference);
        UseAllOfFramework();
        _libraryReferences.Add(reference);
        _options = _options.AddReferences(reference);
        EndlessEnumeration.RegisterTypes(assembly);
        return assembly;
    }

    private static async Task<Submission> RunMainAsync(Submission submission, Assembly? program, CellContinuations continuations)
    {
        if (program is null)
        {
            return submission;
        }

        try
        {
            return submission with { ReturnValue = await continuations.Start(() => MainOf(program)).ConfigureAwait(false) };
        }
        catch (Exception e)
        {
            return submission with { Exception = e };
        }
    }

    /// <summary>Runs the Main of a pasted program; an exit code other than 0 is its value.</summary>
    private static async Task<object> MainOf(Assembly program)
    {
        var main = program
            .GetTypes()
            .Select(type =>
                type.GetMethod("Main", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            )
            .OfType<MethodInfo>()
            .First();
        var result = main.Invoke(
            null,
            BindingFlags.DoNotWrapExceptions,
            null,
            main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()],
            null
        );
        if (result is Task task)
        {
            await task;
            result = (task as Task<int>)?.Result;
        }

        return result is int and not 0 ? result : null!;
    }

    private static Compiled Emit(Compilation compilation, CancellationToken stop)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        var withChecks = StopChecks.Insert(compilation, number);
        if (withChecks != compilation && TryEmit(withChecks, number, stop, out _) is { } compiled)
        {
            return compiled;
        }

        // Compiled again without the checks, so that errors name the columns of the code as written.
        return TryEmit(compilation, number, stop, out var errors)
            ?? throw new CompilationErrorException("The submission does not compile.", errors);
    }

    private static Compiled? TryEmit(Compilation compilation, int number, CancellationToken stop, out ImmutableArray<Diagnostic> found)
    {
        var (code, symbols) = (new MemoryStream(), new MemoryStream());
        var result = compilation.Emit(code, symbols, options: Emission, cancellationToken: stop);
        (code.Position, symbols.Position) = (0, 0);
        found = result.Diagnostics;
        var root = (CompilationUnitSyntax)compilation.SyntaxTrees.Single().GetRoot();
        // There may be nothing to emit, which is not an error.
        var isEmpty = !result.Success && found.All(one => one.Severity != DiagnosticSeverity.Error);
        return result.Success || isEmpty
            ? new Compiled(
                code,
                symbols,
                number,
                isEmpty,
                root.Members.Any(member => member is TypeDeclarationSyntax),
                PastedCode.IsProgram(root),
                [.. found.Where(one => one is { Severity: DiagnosticSeverity.Warning, IsSuppressed: false })]
            )
            : null;
    }

    /// <summary>The runtime's own assemblies, without those of the packages that this program uses.</summary>
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

    private sealed record Compiled(
        Stream Code,
        Stream Symbols,
        int Number,
        bool IsEmpty,
        bool DeclaresTypes,
        bool IsProgram,
        ImmutableArray<Diagnostic> Warnings
    );
}
