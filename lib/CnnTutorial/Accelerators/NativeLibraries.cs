using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Shared;

namespace CnnTutorial;

/// <summary>Loads libtorch and TorchSharp's bridge to it from lib/bin, before TorchSharp looks for them itself.</summary>
/// <remarks>
/// Two reasons. TorchSharp's own message hides the cause when the bridge does not load; and the bridge of
/// TorchSharp 0.107.0 asks for GCC 13's libstdc++ (symbol version GLIBCXX_3.4.32), which Debian 12 and Ubuntu 22.04 do not have. It never
/// calls the one symbol behind that version. There a copy is loaded in which that need
/// is optional. To see whether this is still needed: on Debian 12, <c>readelf -V</c> of a newer libLibTorchSharp.so
/// no longer lists GLIBCXX_3.4.32 (upstream: https://github.com/dotnet/TorchSharp/issues).
/// </remarks>
internal static partial class NativeLibraries
{
    /// <summary>The one version that may be missing without harm.</summary>
    private const string OptionalVersion = "GLIBCXX_3.4.32";

    private static readonly Lazy<Exception?> Failure = new(Load);

    /// <summary>Loads the libraries once.</summary>
    /// <exception cref="NotSupportedException">They cannot be loaded; the message names the cause and the remedy.</exception>
    public static void EnsureLoaded()
    {
        if (Failure.Value is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Loads the libraries once; a failure is kept, and <see cref="EnsureLoaded"/> throws it where a learner sees it.</summary>
    public static bool TryLoad() => Failure.Value is null;

    private static NotSupportedException? Load()
    {
        try
        {
            LetIdleThreadsSleep();
            LoadFrom(CourseFolders.NativeLibraries, NativeLibraryNames.ForThisMachine());
            return null;
        }
        catch (NotSupportedException e)
        {
            return e;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new NotSupportedException($"TorchSharp cannot start: {e.Message}", e);
        }
    }

    /// <summary>Loads the libraries from a folder in which they lie side by side.</summary>
    internal static void LoadFrom(string folder, NativeLibraryNames names)
    {
        foreach (var name in names.Libtorch)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
            {
                throw new NotSupportedException(
                    $"TorchSharp cannot start: {path} is missing, so the library is not built for this machine; run: dotnet build "
                        + "lib/CnnTutorial"
                );
            }
        }

        // In a CUDA build, torch_cuda must be loaded before the bridge, or it registers no GPU kernels.
        foreach (var name in names.Libtorch.Concat(names.Optional.Where(name => File.Exists(Path.Combine(folder, name)))))
        {
            if (TryLoad(Path.Combine(folder, name)) is { } error)
            {
                throw Explain(Path.Combine(folder, name), error);
            }
        }

        var bridge = Path.Combine(folder, names.Bridge);
        var bridgeError = TryLoad(bridge);
        if (bridgeError is not null && bridgeError.Contains(OptionalVersion, StringComparison.Ordinal))
        {
            bridgeError = TryLoad(MakeCompatibleCopy(bridge));
        }

        if (bridgeError is not null)
        {
            throw Explain(bridge, bridgeError);
        }
    }

    /// <summary>
    /// libgomp, which divides a layer's work among threads, reads this variable once, when it is loaded. By default an idle thread spins.
    /// If another program needs the core, the spinning thread takes time from the thread that has work, and training gets three to four
    /// times slower. A value that the user has set is kept.
    /// </summary>
    private static void LetIdleThreadsSleep()
    {
        if (OperatingSystem.IsLinux())
        {
            // .NET's own SetEnvironmentVariable changes a copy that native code does not see.
            _ = SetVariable("OMP_WAIT_POLICY", "passive", overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    private static string? TryLoad(string path)
    {
        try
        {
            NativeLibrary.Load(path);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Writes the changed bridge to a folder of its own, by a rename, so that two processes may do it at once. The file that the build
    /// copied is not changed, because it may be a hard link to NuGet's own file. The loader finds the copy by its SONAME when TorchSharp
    /// asks for it by name.
    /// </summary>
    internal static string MakeCompatibleCopy(string bridge)
    {
        var source = new FileInfo(bridge);
        var errors = new List<string>();
        // Not the shared temporary folder: there another user could plant a library of that name.
        var ownFolder = Path.Combine(KnownFolder.Of(Environment.SpecialFolder.LocalApplicationData), "cnn-tutorial");
        foreach (var parent in new[] { source.DirectoryName!, ownFolder })
        {
            var folder = Path.Combine(parent, "compatible");
            var copy = Path.Combine(folder, source.Name);
            try
            {
                if (
                    File.Exists(copy)
                    && File.GetLastWriteTimeUtc(copy) == source.LastWriteTimeUtc
                    && new FileInfo(copy).Length == source.Length
                )
                {
                    return copy;
                }

                var bytes = File.ReadAllBytes(bridge);
                ElfVersionNeeds.Weaken(bytes, OptionalVersion);
                AtomicFile.Write(copy, stream => stream.Write(bytes));
                File.SetLastWriteTimeUtc(copy, source.LastWriteTimeUtc);
                return copy;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                errors.Add($"{folder}: {e.Message.TrimEnd('.')}");
            }
        }

        throw new NotSupportedException(
            "TorchSharp cannot start: this system's libstdc++ is older than GCC 13's, and no folder could be written for a copy of "
                + $"{source.Name} that does not need a newer one ({string.Join("; ", errors)}). Make one of them writable."
        );
    }

    internal static NotSupportedException Explain(string path, string error)
    {
        var version = MissingVersion().Match(error) is { Success: true } match ? match.Value : null;
        var missing = MissingLibrary().Match(error) is { Success: true } library ? library.Groups["name"].Value : null;
        var reason = (version, missing) switch
        {
            ({ } v, _) when v.StartsWith("GLIBCXX", StringComparison.Ordinal) || v.StartsWith("CXXABI", StringComparison.Ordinal) =>
                $"this system's libstdc++ is too old: {v} is missing. Use a newer distribution (Debian 12, Ubuntu 22.04 or later), or "
                    + "install a newer libstdc++6.",
            ({ } v, _) => $"this system's C library is too old: {v} is missing. Use a newer distribution (Debian 12, Ubuntu 22.04 or "
                + "later).",
            (_, { } m) => $"the system library {m} is missing. Install the package that holds it.",
            _ when OperatingSystem.IsWindows() =>
                $"Windows says: {Tidy(error)}. Install the Visual C++ runtime (https://aka.ms/vs/17/release/vc_redist.x64.exe); if it "
                    + "still fails, see https://github.com/dotnet/TorchSharp/issues/1567 and try an earlier TorchSharpVersion in "
                    + "Directory.Build.props.",
            _ => $"the system says: {Tidy(error)}. Build the library again: dotnet build lib/CnnTutorial --no-incremental",
        };
        return new NotSupportedException($"TorchSharp cannot start: {path} does not load, because {reason}");
    }

    private static string Tidy(string error) =>
        string.Join(" ", error.Split((char[])['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');

    [GeneratedRegex(@"(GLIBCXX|CXXABI|GLIBC)_[0-9.]*[0-9](?=['`’]? not found)")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"(?<name>lib[\w.+-]+\.so[\w.]*): cannot open shared object file")]
    private static partial Regex MissingLibrary();
}
