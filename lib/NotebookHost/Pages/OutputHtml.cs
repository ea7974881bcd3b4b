using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Pages;

/// <summary>The outputs of one code cell as HTML. Only text/html is taken as markup; all else is text or a picture.</summary>
internal static class OutputHtml
{
    // The text is encoded for HTML afterwards, so JSON itself may stay readable.
    private const int MostIndented = 100_000;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 128 };
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 128,
    };

    /// <summary>Appends the outputs in their order; neighbouring pieces of one stream become one.</summary>
    public static void Append(PageContent page, JsonArray outputs, int cellNumber)
    {
        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i] is not JsonObject output)
            {
                continue;
            }

            if (output["output_type"]?.ToString() != "stream")
            {
                AppendOne(page, output, cellNumber);
                continue;
            }

            var name = output["name"]?.ToString();
            var text = new StringBuilder(MimeBundle.Text(output["text"]));
            for (; i + 1 < outputs.Count && IsStream(outputs[i + 1], name); i++)
            {
                text.Append(MimeBundle.Text(outputs[i + 1]!["text"]));
            }

            AppendStream(page.Html, text.ToString(), isError: name == "stderr");
        }
    }

    /// <summary>Appends one output.</summary>
    public static void AppendOne(PageContent page, JsonObject output, int cellNumber)
    {
        switch (output["output_type"]?.ToString())
        {
            case "stream":
                AppendStream(page.Html, MimeBundle.Text(output["text"]), isError: output["name"]?.ToString() == "stderr");
                break;
            case "error":
                AppendError(page.Html, output);
                break;
            case "display_data" or "execute_result" when output["data"] is JsonObject data:
                AppendData(page, data, output["metadata"] as JsonObject, cellNumber);
                break;
        }
    }

    private static bool IsStream(JsonNode? output, string? name) =>
        output is JsonObject stream && stream["output_type"]?.ToString() == "stream" && stream["name"]?.ToString() == name;

    private static void AppendStream(StringBuilder html, string text, bool isError)
    {
        if (text.Length == 0)
        {
            return;
        }

        html.Append(
                isError
                    ? "<pre class=\"output stream stderr scroll\" aria-label=\"Standard error\">"
                    : "<pre class=\"output stream scroll\">"
            )
            .Append(TerminalText.ToHtml(text.TrimEnd('\n')))
            .AppendLine("</pre>");
    }

    private static void AppendError(StringBuilder html, JsonObject output)
    {
        var name = MimeBundle.Text(output["ename"]);
        var message = MimeBundle.Text(output["evalue"]);
        var trace = output["traceback"] is JsonArray lines ? string.Join('\n', lines.Select(line => line?.ToString().TrimEnd('\n'))) : "";

        html.Append("<div class=\"output error\" role=\"group\" aria-label=\"Error\"><p><strong>")
            .AppendText(name.Length > 0 ? name : "Error")
            .Append("</strong>");
        if (message.Length > 0)
        {
            html.Append(": ").Append(TerminalText.ToHtml(message));
        }

        html.Append("</p>");
        if (trace.Trim().Length > 0 && trace.Trim() != message.Trim() && trace.Trim() != $"{name}: {message}".Trim())
        {
            html.Append("<pre class=\"scroll\">").Append(TerminalText.ToHtml(trace)).Append("</pre>");
        }

        html.AppendLine("</div>");
    }

    private static void AppendData(PageContent page, JsonObject data, JsonObject? metadata, int cellNumber)
    {
        var type = MimeBundle.Best(data);
        var html = page.Html;
        switch (type)
        {
            case "text/html":
                if (SelfContained.Of(MimeBundle.Text(data[type])) is { } closed)
                {
                    html.Append("<div class=\"output html scroll\">");
                    page.Once.Append(html, closed);
                    html.AppendLine("</div>");
                }
                else
                {
                    html.AppendLine(
                        "<p class=\"output note\">An HTML output that nests too deep for a page, or would hide the rest of it.</p>"
                    );
                }

                break;
            case "image/svg+xml":
                // As a picture and not as markup, so that scripts in it do not run.
                AppendImage(
                    html,
                    type,
                    Convert.ToBase64String(Encoding.UTF8.GetBytes(MimeBundle.Text(data[type]))),
                    data,
                    metadata,
                    cellNumber
                );
                break;
            case "image/png" or "image/jpeg":
                AppendImage(
                    html,
                    type,
                    string.Concat(MimeBundle.Text(data[type]).Where(character => !char.IsWhiteSpace(character))),
                    data,
                    metadata,
                    cellNumber
                );
                break;
            case "text/markdown":
                html.Append("<div class=\"output markdown\">");
                MarkdownText.AppendOutput(page, MimeBundle.Text(data[type]));
                html.AppendLine("</div>");
                break;
            case "text/latex":
                page.HasMath = true;
                html.Append("<div class=\"output scroll\"><div class=\"math display\">")
                    .AppendText(Formula(MimeBundle.Text(data[type])))
                    .AppendLine("</div></div>");
                break;
            case "application/json":
                html.Append("<pre class=\"output stream scroll\">").AppendText(Json(data[type])).AppendLine("</pre>");
                break;
            case null:
                html.Append("<p class=\"output note\">An output of type ")
                    .AppendText(string.Join(", ", data.Select(entry => entry.Key)))
                    .AppendLine(" that a page can't show.</p>");
                break;
            default:
                html.Append("<pre class=\"output plain scroll\">")
                    .Append(TerminalText.ToHtml(MimeBundle.Text(data[type])))
                    .AppendLine("</pre>");
                break;
        }
    }

    /// <summary>Indented if somebody may read it: in very deep data, indentation would make thirty times as much text.</summary>
    private static string Json(JsonNode? node) =>
        node is null ? "null"
        : node.ToJsonString(Compact) is var text && text.Length > MostIndented ? text
        : node.ToJsonString(Indented);

    private static void AppendImage(StringBuilder html, string type, string base64, JsonObject data, JsonObject? metadata, int cellNumber)
    {
        var alternative = MimeBundle.Text(data["text/plain"]).Trim();
        if (alternative.Length is 0 or > 200)
        {
            alternative = $"Figure from cell {cellNumber}";
        }

        html.Append("<div class=\"output scroll\"><img alt=\"").AppendText(alternative).Append('"');
        foreach (var side in new[] { "width", "height" })
        {
            var size = (metadata?[type] as JsonObject)?[side] ?? metadata?[side];
            if (
                double.TryParse(size?.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var pixels)
                && pixels is > 0 and < 100_000
            )
            {
                html.Append($" {side}=\"{(int)Math.Ceiling(pixels)}\"");
            }
        }

        html.Append(" src=\"data:").Append(type).Append(";base64,").AppendText(base64).AppendLine("\"></div>");
    }

    /// <summary>The formula without the marks around it.</summary>
    private static string Formula(string latex)
    {
        latex = latex.Trim();
        foreach (var (open, close) in new[] { ("$$", "$$"), ("$", "$"), (@"\[", @"\]"), (@"\(", @"\)") })
        {
            if (
                latex.Length >= open.Length + close.Length
                && latex.StartsWith(open, StringComparison.Ordinal)
                && latex.EndsWith(close, StringComparison.Ordinal)
            )
            {
                return latex[open.Length..^close.Length].Trim();
            }
        }

        return latex;
    }
}
