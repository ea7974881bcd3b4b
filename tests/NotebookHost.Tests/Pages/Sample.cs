using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHost.Documents;
using NotebookHost.Pages;

namespace NotebookHost.Tests.Pages;

/// <summary>Makes small executed notebooks, and looks into the pages made from them.</summary>
internal static partial class Sample
{
    public static JsonObject Text(string markdown) =>
        new()
        {
            ["cell_type"] = "markdown",
            ["id"] = Id(),
            ["metadata"] = new JsonObject(),
            ["source"] = markdown,
        };

    public static JsonObject Code(string source, params JsonObject[] outputs) =>
        new()
        {
            ["cell_type"] = "code",
            ["id"] = Id(),
            ["metadata"] = new JsonObject(),
            ["source"] = source,
            ["execution_count"] = 7,
            ["outputs"] = new JsonArray([.. outputs]),
        };

    public static JsonObject Data(params (string Type, JsonNode Value)[] data) =>
        new()
        {
            ["output_type"] = "display_data",
            ["metadata"] = new JsonObject(),
            ["data"] = new JsonObject(data.Select(entry => KeyValuePair.Create(entry.Type, (JsonNode?)entry.Value))),
        };

    public static JsonObject Stream(string text, string name = "stdout") =>
        new()
        {
            ["output_type"] = "stream",
            ["name"] = name,
            ["text"] = text,
        };

    public static JsonObject Error(string name, string message, params string[] trace) =>
        new()
        {
            ["output_type"] = "error",
            ["ename"] = name,
            ["evalue"] = message,
            ["traceback"] = new JsonArray([.. trace.Select(line => JsonValue.Create(line))]),
        };

    public static NotebookDocument Notebook(params JsonObject[] cells) => NotebookAt("/nowhere/sample.ipynb", cells);

    public static NotebookDocument NotebookAt(string path, params JsonObject[] cells)
    {
        var root = new JsonObject
        {
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
            ["metadata"] = new JsonObject(),
            ["cells"] = new JsonArray([.. cells]),
        };
        return NotebookDocument.Parse(root.ToJsonString(), path);
    }

    public static string Render(params JsonObject[] cells) => NotebookPage.Render(Notebook(cells), new());

    /// <summary>The main part of a page: what comes from the notebook.</summary>
    public static string Body(params JsonObject[] cells) => BodyOf(Render(cells));

    public static string BodyOf(string page)
    {
        var start = page.IndexOf("<main", StringComparison.Ordinal);
        return page[start..page.IndexOf("</main>", StringComparison.Ordinal)];
    }

    public static int Count(string text, string part) => text.Split(part).Length - 1;

    /// <summary>The text that a browser would show.</summary>
    public static string Shown(string html) => System.Net.WebUtility.HtmlDecode(Tag().Replace(html, ""));

    private static string Id() => Guid.NewGuid().ToString("N")[..8];

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
