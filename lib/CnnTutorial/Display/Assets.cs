using System.Reflection;
using System.Text;

namespace CnnTutorial;

/// <summary>The scripts that the library carries inside.</summary>
internal static class Assets
{
    public static byte[] Bytes(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Display/Assets/{name}")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>A script as it goes into a page, without the line end of its file.</summary>
    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name)).Trim();
}
