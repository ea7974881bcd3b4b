namespace CnnTutorial;

/// <summary>The folder into which the learner's code saves while it is checked.</summary>
internal static class PracticeFolder
{
    /// <summary>Runs a check with a folder of its own.</summary>
    public static T Run<T>(Func<string, T> check)
    {
        var folder = Directory.CreateTempSubdirectory("cnn-tutorial-check-").FullName;
        try
        {
            return check(folder);
        }
        finally
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // On Windows a file that the learner's code holds open cannot be deleted; the system clears its temporary folder some day.
            }
        }
    }
}
