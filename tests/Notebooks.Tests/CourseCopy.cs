using System.Diagnostics;

namespace Notebooks.Tests;

/// <summary>What a fresh clone of the course has, in a folder of its own, and the packages that this machine has.</summary>
internal static class CourseCopy
{
    public static string Packages { get; } =
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Copies the tracked files, or those that match git's patterns.</summary>
    public static async Task MakeAsync(string folder, params string[] patterns)
    {
        var (tracked, list, _) = await TestProcess.RunAsync(new ProcessStartInfo("git", ["-C", Course.Root, "ls-files", .. patterns]));
        Assert.SkipUnless(tracked == 0, "This is not a clone, so git cannot say which files a clone has.");
        foreach (
            var file in list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(Path.Combine(Course.Root, file)))
        )
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            File.Copy(Path.Combine(Course.Root, file), Path.Combine(folder, file));
        }
    }
}
