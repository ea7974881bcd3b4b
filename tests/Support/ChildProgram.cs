namespace Support;

/// <summary>This assembly as a program: the command line that starts it, from whichever project uses it.</summary>
internal static class ChildProgram
{
    /// <summary>Saves or trains; see <see cref="Training.ChildWork"/>.</summary>
    public const string Work = "work";

    /// <summary>Loads a data set; see <see cref="Datasets.LoadingProcess"/>.</summary>
    public const string Load = "load-dataset";

    /// <summary>The command line for one of the two.</summary>
    public static string[] Command(string name, params IReadOnlyList<string> arguments) =>
        ["dotnet", typeof(ChildProgram).Assembly.Location, name, .. arguments];
}
