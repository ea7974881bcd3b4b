using System.Runtime.CompilerServices;

namespace CnnTutorial.Tests;

/// <summary>Loads the native libraries before any test. Otherwise TorchSharp would look for them itself, beside the tests, where they are
/// not.</summary>
internal static class TestStart
{
#pragma warning disable CA2255 // A test assembly is the application here.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void LoadNativeLibraries()
    {
        NativeLibraries.EnsureLoaded();
    }
}
