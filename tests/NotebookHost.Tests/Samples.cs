using System.Text.Json.Nodes;

namespace NotebookHost.Tests;

/// <summary>Small notebooks for tests.</summary>
internal static class Samples
{
    /// <summary>The repository's folder, found upwards from the built tests.</summary>
    public static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "CnnTutorial.slnx")))
            {
                folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not lie in the repository.");
            }

            return folder.FullName;
        }
    }

    /// <summary>A notebook of code cells; one whose text begins with "[parameters]" gets that tag, one with "[markdown]" is text.</summary>
    public static string Write(string path, params string[] cells)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Json(cells).ToJsonString());
        return path;
    }

    public static JsonObject Json(params string[] cells)
    {
        var list = new JsonArray();
        for (var i = 0; i < cells.Length; i++)
        {
            var text = cells[i];
            var cell = new JsonObject
            {
                ["cell_type"] = "code",
                ["id"] = $"cell-{i + 1}",
                ["metadata"] = new JsonObject(),
                ["execution_count"] = null,
                ["outputs"] = new JsonArray(),
            };
            if (text.StartsWith("[parameters]", StringComparison.Ordinal))
            {
                cell["metadata"]!["tags"] = new JsonArray("parameters");
                text = text["[parameters]".Length..];
            }
            else if (text.StartsWith("[markdown]", StringComparison.Ordinal))
            {
                cell["cell_type"] = "markdown";
                cell.Remove("outputs");
                cell.Remove("execution_count");
                text = text["[markdown]".Length..];
            }

            cell["source"] = text;
            list.Add(cell);
        }

        return new JsonObject
        {
            ["cells"] = list,
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject
                {
                    ["display_name"] = ".NET (C#)",
                    ["language"] = "C#",
                    ["name"] = ".net-csharp",
                },
            },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        };
    }
}
