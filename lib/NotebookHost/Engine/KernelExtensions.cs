using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace NotebookHost.Engine;

/// <summary>
/// Loads the extensions that packages bring for .NET Interactive, in their folder <c>interactive-extensions/dotnet</c>: most register
/// formatters. They get a kernel object from the package that they were written for; it is not connected to anything. An extension whose
/// package leaves that to the program (SkiaSharp's does) gets a stand-in, with which it can register formatters and nothing else.
/// </summary>
internal static class KernelExtensions
{
    /// <summary>The assembly that has the interface of extensions.</summary>
    public const string Contract = "Microsoft.DotNet.Interactive";

    private const string Interface = $"{Contract}.IKernelExtension";

    private const string StandIn = $$"""
        [assembly: System.Reflection.AssemblyVersion("1.0.0.0")]
        namespace {{Contract}};
        public abstract class Kernel { }
        public interface IKernelExtension { System.Threading.Tasks.Task OnLoadAsync(Kernel kernel); }
        """;

    /// <summary>Loads the extensions in these files. An extension that does not load is named in the cell's output, and is not an
    /// error.</summary>
    public static async Task LoadAsync(IEnumerable<string> files, Func<string, Assembly> load, CellOutput output)
    {
        foreach (var file in files)
        {
            try
            {
                foreach (var type in load(file).GetTypes().Where(type => type is { IsClass: true, IsAbstract: false }))
                {
                    if (Array.Find(type.GetInterfaces(), one => one.FullName == Interface) is { } contract)
                    {
                        await LoadAsync(type, contract);
                    }
                }
            }
            catch (Exception e)
            {
                output.Write(
                    "stderr",
                    $"The extension {Path.GetFileName(file)} for .NET Interactive does not work here ({ReasonOf(e)}); the "
                        + "package itself can be used.\n"
                );
            }
        }
    }

    /// <summary>The stand-in, compiled.</summary>
    public static Stream Compile()
    {
        var assembly = new MemoryStream();
        CSharpCompilation
            .Create(
                Contract,
                [CSharpSyntaxTree.ParseText(StandIn)],
                [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
            )
            .Emit(assembly);
        assembly.Position = 0;
        return assembly;
    }

    private static string ReasonOf(Exception exception) =>
        (exception is ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } ? first : exception.GetBaseException())
            .Message.ReplaceLineEndings(" ")
            .TrimEnd('.', ' ');

    private static Task LoadAsync(Type type, Type contract) =>
        (Task)contract.GetMethod("OnLoadAsync")!.Invoke(Activator.CreateInstance(type), [KernelFor(contract)])!;

    /// <summary>A kernel to register things with; null if the package's kernel does not start here. Most extensions do not use
    /// it.</summary>
    private static object? KernelFor(Type contract)
    {
        try
        {
            var made = contract.Assembly.GetType("Microsoft.DotNet.Interactive.CompositeKernel", throwOnError: true)!.GetConstructors()[0];
            return made.Invoke([.. made.GetParameters().Select(one => one.HasDefaultValue ? one.DefaultValue : null)]);
        }
        catch (Exception e) when (e is TargetInvocationException or TypeLoadException or FileNotFoundException)
        {
            return null;
        }
    }
}
