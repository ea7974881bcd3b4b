using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>
/// The text of a notebook's file, in UTF-8. Only changed cells are written anew. Everything else stays the same, byte for byte:
/// indentation, line ends, the order of fields, how letters are escaped. So <c>git diff</c> shows what was changed and nothing else.
/// </summary>
internal sealed class NotebookText
{
    private readonly byte[] _before;
    private readonly byte[] _separator;
    private readonly byte[] _after;
    private readonly byte[] _emptyBefore;
    private readonly byte[] _emptyAfter;
    private readonly string _cellIndent;
    private readonly bool _isAscii;
    private readonly JsonSerializerOptions _json;

    private NotebookText(string text, byte[] bytes, int start, int end, List<(int Start, int End)> cells)
    {
        Cells = [.. cells.Select(cell => bytes[cell.Start..cell.End])];
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        _isAscii = Ascii.IsValid(text) && text.Contains("\\u", StringComparison.Ordinal);
        var indent = Indent(text);
        var isIndented = indent.Length > 0;
        _json = new JsonSerializerOptions
        {
            WriteIndented = isIndented,
            IndentCharacter = indent.StartsWith('\t') ? '\t' : ' ',
            IndentSize = isIndented ? Math.Min(indent.Length, 127) : 0,
            NewLine = newLine,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 128,
        };
        var deeper = Utf8(isIndented ? newLine + indent + indent : "");
        _emptyBefore = bytes[..start];
        _emptyAfter = bytes[end..];
        _before = cells.Count > 0 ? bytes[..cells[0].Start] : [.. _emptyBefore, (byte)'[', .. deeper];
        _after = cells.Count > 0 ? bytes[cells[^1].End..] : [.. Utf8(isIndented ? newLine + indent : ""), (byte)']', .. _emptyAfter];
        _separator = cells.Count > 1 ? bytes[cells[0].End..cells[1].Start] : [(byte)',', .. deeper];
        var line = Encoding.UTF8.GetString(_before.AsSpan(_before.AsSpan().LastIndexOf((byte)'\n') + 1));
        _cellIndent = line[..^line.TrimStart(' ', '\t').Length];
    }

    /// <summary>The text of each cell, in order, as it stands in the file.</summary>
    public IReadOnlyList<byte[]> Cells { get; }

    /// <summary>Splits the text into cells. <see cref="NotebookDocument.Parse"/> must have accepted it before.</summary>
    public static NotebookText Of(string text)
    {
        var bytes = Utf8(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 128 });
        var (start, end) = (0, 0);
        var cells = new List<(int Start, int End)>();
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCells = reader.ValueTextEquals("cells");
            reader.Read();
            if (!isCells)
            {
                reader.Skip();
                continue;
            }

            start = (int)reader.TokenStartIndex;
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                var first = (int)reader.TokenStartIndex;
                reader.Skip();
                cells.Add((first, (int)reader.BytesConsumed));
            }

            end = (int)reader.BytesConsumed;
        }

        return new NotebookText(text, bytes, start, end, cells);
    }

    /// <summary>The text of a changed or new cell, in the style of the file.</summary>
    public byte[] Write(JsonObject cell)
    {
        var text = cell.ToJsonString(_json);
        if (_json.WriteIndented)
        {
            // Indented as deep as the other cells of the file.
            text = text.Replace("\n", "\n" + _cellIndent, StringComparison.Ordinal);
        }

        return Utf8(_isAscii ? Escape(text) : text);
    }

    /// <summary>The whole file with these cells, in pieces: charts make a file large, and it is saved while one types.</summary>
    public IEnumerable<byte[]> Join(IReadOnlyList<byte[]> cells) =>
        cells.Count == 0
            ? [_emptyBefore, Utf8("[]"), _emptyAfter]
            : [_before, cells[0], .. cells.Skip(1).SelectMany(cell => (byte[][])[_separator, cell]), _after];

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The indentation of the root object's first name.</summary>
    private static string Indent(string text)
    {
        var open = text.IndexOf('{', StringComparison.Ordinal);
        var line = text.IndexOf('\n', open);
        if (line < 0)
        {
            return "";
        }

        var end = line + 1;
        while (end < text.Length && text[end] is ' ' or '\t')
        {
            end++;
        }

        return text[open..end].Trim() == "{" ? text[(line + 1)..end] : "";
    }

    private static string Escape(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 100);
        foreach (var character in text)
        {
            _ = character < 128 ? escaped.Append(character) : escaped.Append($"\\u{(int)character:x4}");
        }

        return escaped.ToString();
    }
}
