using System.Runtime.CompilerServices;
using CnnTutorial.Tests.Training;

namespace CnnTutorial.Tests;

/// <summary>Loads the native libraries before any test: a test that touches TorchSharp first would have it look for them itself, beside the
/// tests, where they are not.</summary>
internal static class TestStart
{
#pragma warning disable CA2255 // A test assembly is the application here.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void LoadNativeLibraries()
    {
        NativeLibraries.EnsureLoaded();
        // A test that kills a process starts this program as that process.
        if (Environment.GetCommandLineArgs() is [_, "child", .. var work])
        {
            Environment.Exit(ChildWork.Run(work));
        }
    }
}
