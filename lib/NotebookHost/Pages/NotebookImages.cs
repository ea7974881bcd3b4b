using System.Text.Json.Nodes;
using NotebookHost.Documents;

namespace NotebookHost.Pages;

/// <summary>Finds the pictures that Markdown names, and makes data URIs of them.</summary>
/// <param name="folder">The notebook's folder; only files in it or beneath it are read.</param>
/// <param name="cell">The cell with the attachments, if there is one.</param>
internal sealed class NotebookImages(string folder, NotebookCell? cell)
{
    private const string Attachment = "attachment:";

    /// <summary>The picture as a data URI, or null where it isn't in the notebook nor a file beside it.</summary>
    public string? DataUri(string url)
    {
        if (url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase))
            return url;

        if (url.StartsWith(Attachment, StringComparison.OrdinalIgnoreCase))
            return Attached(Uri.UnescapeDataString(url[Attachment.Length..]));

        return url.Contains(':', StringComparison.Ordinal) ? null : FromFile(Uri.UnescapeDataString(url));
    }

    private string? Attached(string name)
    {
        if (cell?.Json["attachments"]?[name] is not JsonObject data)
            return null;

        var image = data.FirstOrDefault(entry => entry.Key.StartsWith("image/", StringComparison.Ordinal));
        return image.Key is null ? null : $"data:{image.Key};base64,{MimeBundle.Text(image.Value).ReplaceLineEndings("")}";
    }

    private string? FromFile(string relative)
    {
        var type = Path.GetExtension(relative).ToLowerInvariant() switch
        {
            ".png" => "image/png",
            ".jpg" or ".jpeg" => "image/jpeg",
            ".gif" => "image/gif",
            ".webp" => "image/webp",
            ".svg" => "image/svg+xml",
            _ => null,
        };
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        var path = Path.GetFullPath(Path.Combine(root, relative));
        return type is not null && path.StartsWith(root, StringComparison.Ordinal) && File.Exists(path)
            ? $"data:{type};base64,{Convert.ToBase64String(File.ReadAllBytes(path))}"
            : null;
    }
}
