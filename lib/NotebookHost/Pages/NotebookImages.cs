using System.Text.Json.Nodes;
using NotebookHost.Documents;

namespace NotebookHost.Pages;

/// <summary>Finds the pictures that Markdown names, and makes data URIs of them.</summary>
/// <param name="folder">The notebook's folder; only files in it or beneath it are read, links followed.</param>
/// <param name="cell">The cell with the attachments, if there is one.</param>
internal sealed class NotebookImages(string folder, NotebookCell? cell)
{
    private const string Attachment = "attachment:";

    /// <summary>In bytes. A larger picture is linked, because a page that contains it takes long to open.</summary>
    private const int LargestPicture = 10_000_000;

    /// <summary>The picture as a data URI, or null where it isn't in the notebook nor a file beside it.</summary>
    public string? DataUri(string url)
    {
        if (url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase))
        {
            return url;
        }

        if (url.StartsWith(Attachment, StringComparison.OrdinalIgnoreCase))
        {
            return Attached(Uri.UnescapeDataString(url[Attachment.Length..]));
        }

        return url.Contains(':', StringComparison.Ordinal) ? null : FromFile(Uri.UnescapeDataString(url));
    }

    /// <summary>Whether a picture should be in the notebook or beside it and is not.</summary>
    public bool IsMissing(string url)
    {
        if (url.StartsWith(Attachment, StringComparison.OrdinalIgnoreCase))
        {
            return DataUri(url) is null;
        }

        var path = Path.Combine(folder, Uri.UnescapeDataString(url));
        return !url.Contains(':', StringComparison.Ordinal) && RealPath.IsWithin(folder, path) && !File.Exists(path);
    }

    private string? Attached(string name)
    {
        if (cell?.Json["attachments"]?[name] is not JsonObject data)
        {
            return null;
        }

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
        var path = Path.Combine(folder, relative);
        return type is not null && RealPath.IsWithin(folder, path) && Read(path) is { } bytes
            ? $"data:{type};base64,{Convert.ToBase64String(bytes)}"
            : null;
    }

    private static byte[]? Read(string path)
    {
        try
        {
            // A link or a pipe has no length of its own, and reading a pipe would wait forever.
            var file = new FileInfo(RealPath.Of(path));
            return file is { Exists: true, Length: > 0 and <= LargestPicture } && (file.Attributes & FileAttributes.Device) == 0
                ? File.ReadAllBytes(file.FullName)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
