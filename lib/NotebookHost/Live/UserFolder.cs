using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotebookHost.Documents;
using Shared;

namespace NotebookHost.Live;

/// <summary>
/// This user's own folder, outside all notebooks: the key with which outputs made here are signed, the signatures, what was read, and which
/// servers run. A signature holds for one output of one cell of one file, and lies where only this user can write.
/// </summary>
internal sealed class UserFolder
{
    private const int KeyBytes = 32;

    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<string>> _signatures = [];
    private byte[]? _key;

    public UserFolder(string folder) => _folder = folder;

    /// <summary>Where it is for this user; the environment variable NOTEBOOK_HOST_HOME puts it elsewhere.</summary>
    public static string Default =>
        Environment.GetEnvironmentVariable("NOTEBOOK_HOST_HOME") is { Length: > 0 } chosen
            ? Path.GetFullPath(chosen)
            : Path.Combine(KnownFolder.Of(Environment.SpecialFolder.LocalApplicationData), "notebook-host");

    /// <summary>The signature of an output that was made here.</summary>
    public string Signature(string notebook, string cell, JsonObject output)
    {
        // A chart takes a megabyte, so it is written once, as bytes.
        var text = new ArrayBufferWriter<byte>();
        text.Write(Encoding.UTF8.GetBytes($"{notebook}\n{cell}\n"));
        using var writer = new Utf8JsonWriter(text);
        output.WriteTo(writer);
        writer.Flush();
        return Signed(text.WrittenSpan);
    }

    /// <summary>A secret of this user for a purpose, always the same.</summary>
    public string Secret(string purpose) => Signed(Encoding.UTF8.GetBytes($"secret\n{purpose}"));

    /// <summary>Whether the output was made here, by this user, in this cell of this file.</summary>
    public bool HasSigned(string notebook, string cell, JsonObject output)
    {
        lock (_lock)
        {
            if (!_signatures.TryGetValue(notebook, out var known))
            {
                _signatures[notebook] = known = [.. ReadLines(SignatureFile(notebook))];
            }

            return known.Count > 0 && known.Contains(Signature(notebook, cell, output));
        }
    }

    /// <summary>Keeps the signatures of a notebook's outputs, in place of those before.</summary>
    public void KeepSignatures(string notebook, IEnumerable<string> signatures)
    {
        lock (_lock)
        {
            var all = signatures.ToHashSet();
            if (_signatures.TryGetValue(notebook, out var known) && known.SetEquals(all))
            {
                return;
            }

            _signatures[notebook] = all;
            TryWrite(SignatureFile(notebook), string.Join('\n', all) + "\n");
        }
    }

    /// <summary>Keeps what a page reports: whether the notebook was read, and its quizzes.</summary>
    public void Remember(string notebook, JsonElement progress)
    {
        lock (_lock)
        {
            var all = Progress();
            var entry = all[notebook] as JsonObject ?? [];
            foreach (var name in new[] { "read", "quiz", "tasks" })
            {
                if (progress.TryGetProperty(name, out var value))
                {
                    entry[name] = JsonNode.Parse(value.GetRawText());
                }
            }

            all[notebook] = entry;
            TryWrite(ProgressFile, all.ToJsonString() + "\n");
        }
    }

    /// <summary>What pages have reported, by notebook.</summary>
    public JsonObject Progress()
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(ProgressFile)) as JsonObject ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    /// <summary>The address of the server that was started for a folder, with its token; null where none was noted.</summary>
    public string? ServerOf(string folder) => ReadLines(ServerFile(folder)).FirstOrDefault();

    public void NoteServer(string folder, string address) => TryWrite(ServerFile(folder), address + "\n");

    public void ForgetServer(string folder, string address)
    {
        if (ServerOf(folder) == address)
        {
            File.Delete(ServerFile(folder));
        }
    }

    private string ProgressFile => Path.Combine(_folder, "progress.json");

    private static string NameOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..32];

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private string Signed(ReadOnlySpan<byte> text) => Convert.ToHexStringLower(HMACSHA256.HashData(Key(), text));

    private string SignatureFile(string notebook) => Path.Combine(_folder, "signatures", NameOf(notebook));

    private string ServerFile(string folder) => Path.Combine(_folder, "servers", NameOf(folder));

    private byte[] Key()
    {
        lock (_lock)
        {
            if (_key is not null)
            {
                return _key;
            }

            var file = Path.Combine(_folder, "key");
            try
            {
                if (File.Exists(file) && File.ReadAllBytes(file) is { Length: KeyBytes } kept)
                {
                    return _key = kept;
                }

                _key = RandomNumberGenerator.GetBytes(KeyBytes);
                MakeFolder();
                AtomicFile.WriteAllBytes(file, _key);
                return _key;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // If the key cannot be stored, signatures are valid only while this program runs.
                return _key ??= RandomNumberGenerator.GetBytes(KeyBytes);
            }
        }
    }

    private void MakeFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder);
        }
        else
        {
            // Readable by this user only: the address of a server holds its token.
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private void TryWrite(string file, string text)
    {
        try
        {
            MakeFolder();
            AtomicFile.WriteAllText(file, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is kept here is only a convenience; nothing depends on it.
        }
    }
}
