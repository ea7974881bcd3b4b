using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Documents;

/// <summary>
/// The text of a notebook's file. Only changed cells are written anew. Everything else stays the same, byte for byte: indentation, line
/// ends, the order of fields, how letters are escaped. So <c>git diff</c> shows what was changed and nothing else.
/// </summary>
internal sealed class NotebookText
{
    private readonly string _before;
    private readonly string _separator;
    private readonly string _after;
    private readonly string _emptyBefore;
    private readonly string _emptyAfter;
    private readonly string _newLine;
    private readonly bool _isAscii;
    private readonly JsonSerializerOptions _json;

    private NotebookText(string text, int start, int end, List<(int Start, int End)> cells)
    {
        Cells = [.. cells.Select(cell => text[cell.Start..cell.End])];
        _newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        _isAscii = Ascii.IsValid(text) && text.Contains("\\u", StringComparison.Ordinal);
        var indent = Indent(text);
        var isIndented = indent.Length > 0;
        _json = new JsonSerializerOptions
        {
            WriteIndented = isIndented,
            IndentCharacter = indent.StartsWith('\t') ? '\t' : ' ',
            IndentSize = isIndented ? Math.Min(indent.Length, 127) : 0,
            NewLine = _newLine,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 128,
        };
        var deeper = isIndented ? _newLine + indent + indent : "";
        _emptyBefore = text[..start];
        _emptyAfter = text[end..];
        _before = cells.Count > 0 ? text[..cells[0].Start] : $"{_emptyBefore}[{deeper}";
        _after = cells.Count > 0 ? text[cells[^1].End..] : $"{(isIndented ? _newLine + indent : "")}]{_emptyAfter}";
        _separator = cells.Count > 1 ? text[cells[0].End..cells[1].Start] : $",{deeper}";
    }

    /// <summary>The text of each cell, in order, as it stands in the file.</summary>
    public IReadOnlyList<string> Cells { get; }

    /// <summary>Splits the text into cells. <see cref="NotebookDocument.Parse"/> must have accepted it before.</summary>
    public static NotebookText Of(string text)
    {
        // Positions are counted in bytes first.
        var bytes = Encoding.UTF8.GetBytes(text);
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

        // From bytes to characters, in one pass.
        var (position, counted) = (0, 0);
        int Characters(int upTo)
        {
            position += Encoding.UTF8.GetCharCount(bytes, counted, upTo - counted);
            counted = upTo;
            return position;
        }

        var startCharacter = Characters(start);
        var characters = cells.ConvertAll(cell => (Characters(cell.Start), Characters(cell.End)));
        return new NotebookText(text, startCharacter, Characters(end), characters);
    }

    /// <summary>The text of a changed or new cell, in the style of the file.</summary>
    public string Write(JsonObject cell)
    {
        var text = cell.ToJsonString(_json);
        if (_json.WriteIndented)
        {
            // Indented as deep as the other cells of the file.
            var line = _before[(_before.LastIndexOf('\n') + 1)..];
            text = text.Replace("\n", "\n" + line[..^line.TrimStart(' ', '\t').Length], StringComparison.Ordinal);
        }

        return _isAscii ? Escape(text) : text;
    }

    /// <summary>The whole file with these cells.</summary>
    public string Join(IReadOnlyCollection<string> cells) =>
        cells.Count == 0 ? $"{_emptyBefore}[]{_emptyAfter}" : $"{_before}{string.Join(_separator, cells)}{_after}";

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
