using TorchSharp;

namespace CnnTutorial;

/// <summary>Counts tensors that were made and not yet freed. The garbage collector does not see their memory, so a loop that leaves some
/// behind fills the machine's memory.</summary>
internal static class LiveTensors
{
    /// <summary>The count of this thread, which in a check runs only the learner's code and the check.</summary>
    public static long Count => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    /// <summary>How many more there are after each batch. Counted from the second batch on, since what the first needs may be kept for
    /// all.</summary>
    /// <param name="counts"><see cref="Count"/> at each batch.</param>
    public static double PerBatch(IReadOnlyList<long> counts) => counts.Count < 3 ? 0 : (counts[^1] - counts[1]) / (counts.Count - 2.0);
}
