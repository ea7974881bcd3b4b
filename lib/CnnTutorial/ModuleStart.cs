using System.Runtime.CompilerServices;

namespace CnnTutorial;

/// <summary>What happens once, when the library is first used in a process.</summary>
internal static class ModuleStart
{
    // CA2255: a module initializer in a library is what is wanted here: a notebook that only writes #r must find
    // TorchSharp loadable and charts displayable, without further lines that a beginner would have to copy.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Start()
    {
        // A failure is kept for Accelerator.Detect: thrown from here, it would show as a TypeInitializationException.
        NativeLibraries.TryLoad();
        DisplayFormatters.Register();
        DatasetDisplay.Connect();
    }
}
