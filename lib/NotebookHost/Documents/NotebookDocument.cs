using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>A notebook in nbformat 4. It wraps the JSON it was read from, so that fields unknown here survive a round trip.</summary>
/// <remarks>Format: nbformat 4.5, https://nbformat.readthedocs.io/en/latest/format_description.html.</remarks>
public sealed class NotebookDocument
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        // Jupyter writes non-ASCII text as it is; so do we, or every commit would rewrite it.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 128,
    };

    private NotebookDocument(JsonObject root, string path)
    {
        Root = root;
        Path = path;
        Cells = [.. root["cells"]!.AsArray().Select((cell, index) => new NotebookCell(cell!.AsObject(), index + 1))];
    }

    /// <summary>The JSON this document wraps.</summary>
    public JsonObject Root { get; }

    /// <summary>The file it was read from, as an absolute path.</summary>
    public string Path { get; }

    /// <summary>The cells, in order.</summary>
    public IReadOnlyList<NotebookCell> Cells { get; }

    /// <summary>The text of the first level-1 heading, or the file's name where there is none.</summary>
    public string Title =>
        Cells
            .Where(cell => cell.Kind == CellKind.Markdown)
            .SelectMany(cell => cell.Source.Split('\n'))
            .Where(line => line.StartsWith("# ", StringComparison.Ordinal))
            .Select(line => line[2..].Trim())
            .FirstOrDefault()
        ?? System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The name of the course that it belongs to, from the field <c>course</c> of its metadata; empty where there is
    /// none.</summary>
    public string Course =>
        Root["metadata"] is JsonObject metadata && metadata["course"] is JsonValue value && value.TryGetValue(out string? course)
            ? course.Trim()
            : "";

    /// <summary>One sentence where the notebook is in another language than C#, so that it cannot be run; null where it is not.</summary>
    internal string? LanguageError =>
        NotebookValidation.OtherLanguage(Root) is { } language
            ? $"the notebook's language is {language}, and only C# notebooks can be run here. Choose another file, or Jupyter with a "
                + $"kernel for {language}."
            : null;

    /// <summary>Reads a notebook.</summary>
    /// <exception cref="NotebookFormatException">The file is missing, not JSON, not nbformat 4, or not a C# notebook.</exception>
    public static NotebookDocument Load(string path) => InCSharp(LoadAny(path));

    /// <summary>Reads a notebook in any language.</summary>
    /// <exception cref="NotebookFormatException">The file is missing, not JSON, or not nbformat 4.</exception>
    internal static NotebookDocument LoadAny(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        return ParseAny(ReadText(path).TrimStart('\uFEFF'), path);
    }

    /// <summary>The text of a notebook's file, with its byte order mark where it has one.</summary>
    /// <exception cref="NotebookFormatException">The file is missing, cannot be read, or is not UTF-8.</exception>
    internal static string ReadText(string path)
    {
        try
        {
            // Strict: a byte that is not UTF-8 must not silently become another character when the notebook is written again.
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
        }
        catch (DecoderFallbackException e)
        {
            throw new NotebookFormatException($"{path}: not a notebook: it is not UTF-8 text. Restore the file from version control.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NotebookFormatException(
                File.Exists(path)
                    ? $"{path}: cannot be read ({e.Message.TrimEnd('.')})."
                    : $"{path}: there is no such notebook; check the path.",
                e
            );
        }
    }

    /// <summary>Reads a notebook from its JSON text; <paramref name="path"/> names it in errors.</summary>
    /// <exception cref="NotebookFormatException">The text is not JSON, not nbformat 4, or not a C# notebook.</exception>
    public static NotebookDocument Parse(string json, string path) => InCSharp(ParseAny(json, path));

    private static NotebookDocument ParseAny(string json, string path)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 128, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new NotebookFormatException(
                $"{path}: not a notebook: line {e.LineNumber + 1} is not valid JSON, or it names a field twice or nests deeper than 128 "
                    + "levels. Open the file in an editor, or restore it from version control.",
                e
            );
        }

        var root = NotebookValidation.Check(node, path);
        return new NotebookDocument(root, path);
    }

    private static NotebookDocument InCSharp(NotebookDocument document) =>
        document.LanguageError is { } error ? throw new NotebookFormatException($"{document.Path}: {error}") : document;

    /// <summary>The notebook as JSON text, indented by one space and ending in a newline, as Jupyter writes it.</summary>
    public string ToJson() => Root.ToJsonString(Indented) + "\n";

    /// <summary>Writes the notebook: first to a temporary file beside it, then by a rename, so that a reader never sees half of
    /// it.</summary>
    public void Save(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        AtomicFile.WriteAllText(path, ToJson());
    }
}
