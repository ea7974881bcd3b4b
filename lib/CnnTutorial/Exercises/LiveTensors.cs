using TorchSharp;

namespace CnnTutorial;

/// <summary>Counts tensors that were made and not yet freed. The garbage collector does not see their memory, so a loop that leaves some behind fills the machine.</summary>
internal static class LiveTensors
{
    /// <summary>Of this thread, which in a check runs nothing but the learner's code and the check.</summary>
    public static long Count => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
