namespace CnnTutorial;

/// <summary>Where a training's batches come from: <see cref="Batches"/>, <see cref="AugmentedBatches"/>, or a class of your own. Each
/// enumeration is one epoch, and a batch is freed when the next one is asked for.</summary>
public interface IBatchSource : IEnumerable<Batch>
{
    /// <summary>How many batches an epoch has.</summary>
    int Count { get; }

    /// <summary>How many images an epoch has.</summary>
    int ImageCount { get; }

    /// <summary>The number of the next epoch, from 0.</summary>
    int Epoch { get; set; }

    /// <summary>The shape of one image: channels, rows, columns.</summary>
    IReadOnlyList<long> ImageShape { get; }
}
