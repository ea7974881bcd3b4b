using System.Reflection;

namespace NotebookHost.Engine;

/// <summary>
/// Loads the extensions that packages bring for .NET Interactive, in their folder <c>interactive-extensions/dotnet</c>: most register
/// formatters. They get a kernel object from the package that they were written for; it is not connected to anything.
/// </summary>
internal static class KernelExtensions
{
    private const string Interface = "Microsoft.DotNet.Interactive.IKernelExtension";

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
                var reason = e.GetBaseException();
                output.Write(
                    "stderr",
                    $"The extension {Path.GetFileName(file)} for .NET Interactive does not work here ({reason.Message.TrimEnd('.')}); the "
                        + "package itself can be used.\n"
                );
            }
        }
    }

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
