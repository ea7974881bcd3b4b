namespace CnnTutorial;

/// <summary>Where notices and progress of <see cref="Datasets"/> go. The defaults suit a plain console; a notebook's display replaces
/// them.</summary>
internal static class DatasetEvents
{
    /// <summary>Called with one or a few sentences that the learner must see, such as that only a sample was found.</summary>
    public static Action<string> Notice { get; set; } = text => Console.WriteLine(text);

    /// <summary>Makes the receiver of one load's progress; called once per load, so that each load can have its own bar.</summary>
    public static Func<IProgress<DownloadProgress>> Progress { get; set; } = () => new ConsoleDownloadProgress();

    /// <summary>Gives the token by which the host's stop button ends a download.</summary>
    public static Func<CancellationToken> Cancellation { get; set; } = () => CancellationToken.None;
}
