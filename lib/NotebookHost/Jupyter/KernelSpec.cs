using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHost.Worker;
using Shared;

namespace NotebookHost.Jupyter;

/// <summary>The folder by which Jupyter knows a kernel: <c>kernel.json</c>, logos, and here the program too.</summary>
internal static partial class KernelSpec
{
    private const string File = "kernel.json";
    private const string OwnMark = "notebook_host";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private static readonly string[] Logos = ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];

    /// <summary>Jupyter's folder of the user's own kernels.</summary>
    public static string UserFolder =>
        Path.Combine(
            Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } given ? given
                : OperatingSystem.IsWindows() ? Path.Combine(KnownFolder.Of(Environment.SpecialFolder.ApplicationData), "jupyter")
                : OperatingSystem.IsMacOS() ? Path.Combine(Home, "Library", "Jupyter")
                : Path.Combine(
                    Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } data
                        ? data
                        : Path.Combine(Home, ".local", "share"),
                    "jupyter"
                ),
            "kernels"
        );

    private static string Home => KnownFolder.Of(Environment.SpecialFolder.UserProfile);

    /// <summary>Writes the kernelspec, with a copy of this program, so that it still works when the repository is cleaned or
    /// moved.</summary>
    /// <param name="kernels">A folder <c>kernels</c> in which Jupyter looks.</param>
    /// <param name="name">The kernel's name.</param>
    /// <param name="force">Whether to replace another program's kernelspec of that name.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="UsageException">The name is not valid or taken by another program, or the folder cannot be written.</exception>
    public static string Install(string kernels, string name, bool force)
    {
        if (!Name().IsMatch(name))
        {
            throw new UsageException($"--name {name}: use letters, digits, '.', '-' and '_' only.");
        }

        var folder = Path.Combine(kernels, name);
        if (Path.Exists(folder) && !force && !IsOwn(folder))
        {
            throw new UsageException(
                $"{folder} is another program's kernel, most likely .NET Interactive's, and is left as it is: add --name "
                    + $"{name}-notebook-host to install beside it (and choose that kernel in the notebook), or --force to replace it."
            );
        }

        // Written beside its place and then moved there: a running kernel keeps its files, and no half-written folder is ever seen.
        var aside = Path.Combine(Path.GetDirectoryName(kernels)!, $".notebook-host.{Environment.ProcessId}");
        var (fresh, old) = ($"{aside}.new", $"{aside}.old");
        try
        {
            ProgramCopy.To(Path.Combine(fresh, "host"));
            Describe(fresh, folder, name);
            Directory.CreateDirectory(kernels);
            if (Path.Exists(folder))
            {
                Directory.Move(folder, old);
            }

            Directory.Move(fresh, folder);
            Delete(old);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{folder} cannot be written ({e.Message.TrimEnd('.')}); choose another place with --prefix DIR.", e);
        }
        finally
        {
            Delete(fresh);
        }

        return folder;
    }

    /// <summary>Why a kernelspec of this program cannot be started or is out of date; null where all is well or it is another
    /// program's.</summary>
    public static string? Fault(string kernelFile)
    {
        if (!IsOwn(Path.GetDirectoryName(kernelFile)!) || Read(kernelFile)?["argv"] is not JsonArray { Count: > 1 } argv)
        {
            return null;
        }

        return argv.Take(2).Select(part => part!.ToString()).FirstOrDefault(part => !System.IO.File.Exists(part)) is { } missing
                ? $"{missing} is no longer there"
            : ProgramCopy.IsCurrent(Path.GetDirectoryName(argv[1]!.ToString())!) ? null
            : "it is an older copy of this program";
    }

    private static bool IsOwn(string folder) => Read(Path.Combine(folder, File))?["metadata"]?[OwnMark] is not null;

    private static JsonNode? Read(string file)
    {
        try
        {
            return JsonNode.Parse(System.IO.File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static void Describe(string folder, string place, string name)
    {
        var spec = new JsonObject
        {
            ["argv"] = new JsonArray(
                WorkerHandle.Dotnet,
                Path.Combine(place, "host", ProgramCopy.Program),
                "kernel",
                "start",
                "{connection_file}"
            ),
            ["display_name"] = name == KernelInfo.Name ? KernelInfo.DisplayName : $"{KernelInfo.DisplayName} – NotebookHost",
            ["language"] = KernelInfo.Language,
            ["interrupt_mode"] = "message",
            ["metadata"] = new JsonObject { ["debugger"] = false, [OwnMark] = KernelInfo.Version },
        };
        System.IO.File.WriteAllText(Path.Combine(folder, File), spec.ToJsonString(Json) + "\n");
        foreach (var logo in Logos)
        {
            using var resource = typeof(KernelSpec).Assembly.GetManifestResourceStream($"Jupyter/Assets/{logo}")!;
            using var file = System.IO.File.Create(Path.Combine(folder, logo));
            resource.CopyTo(file);
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Windows locks the files of a running kernel; the hidden folder that is left does no harm.
        }
    }

    [GeneratedRegex("^[A-Za-z0-9._-]+$")]
    private static partial Regex Name();
}
