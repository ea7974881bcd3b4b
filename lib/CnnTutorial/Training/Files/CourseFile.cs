namespace CnnTutorial;

/// <summary>Says how to get a file that is missing or cannot be used.</summary>
internal static class CourseFile
{
    private static readonly string[] Made05 = ["model.safetensors", "history.json", "metrics.json"];

    /// <summary>As part of a sentence: notebook 05 for the files that it makes, and for others the call that makes them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="call">Such as <c>Weights.Save(model, path)</c>.</param>
    public static string HowToMake(string path, string call) =>
        Made05.Contains(Path.GetFileName(path)) && Path.GetFileName(Path.GetDirectoryName(path)) == "mnist"
            ? "run notebook 05-train, which writes it"
            : $"write it with {call}, or correct the path";
}
