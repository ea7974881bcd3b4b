using System.Reflection;
using System.Text;

namespace CnnTutorial;

/// <summary>The files that are embedded in the library.</summary>
internal static class Assets
{
    public static byte[] Bytes(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Display/Assets/{name}")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>A text file as it goes into a page, without the line end of its file.</summary>
    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name)).Trim();
}
