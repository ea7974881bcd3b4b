using System.Globalization;
using System.Text.RegularExpressions;

namespace CnnTutorial;

/// <summary>Saves the training every few epochs, as <c>epoch-0010.safetensors</c> and so on, so that it can go on after an
/// interruption.</summary>
/// <remarks>
/// A checkpoint is a weights file, which <see cref="Weights.Load"/> reads, and also holds all that the next epoch depends on. The same call
/// begins a training and goes on with it:
/// <code>
/// trainer.Fit(train, epochs: 10, resumeFrom: Checkpoint.Latest(folder), callbacks: new Checkpoint(folder, every: 1));
/// </code>
/// It is saved after the <see cref="Callback.OnEpochEnd"/> of all callbacks.
/// </remarks>
public sealed partial class Checkpoint : Callback
{
    private readonly string _folder;
    private readonly int _every;

    /// <summary>Makes the callback.</summary>
    /// <param name="folder">Where the files go; made when it is missing.</param>
    /// <param name="every">The number of epochs from one checkpoint to the next, at least 1.</param>
    public Checkpoint(string folder, int every = 10)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        _folder = folder;
        _every = every;
    }

    /// <summary>The newest checkpoint in a folder: that of the highest epoch.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
    /// <returns>Its path, or null if there is none; with null <c>Fit</c> starts from the beginning.</returns>
    public static string? Latest(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return !Directory.Exists(folder) ? null : Directory.EnumerateFiles(folder).Where(path => EpochOf(path) is not null).MaxBy(EpochOf);
    }

    /// <summary>The file of an epoch's checkpoint.</summary>
    /// <param name="epoch">From 1.</param>
    public string PathOf(int epoch) => Path.Combine(_folder, $"epoch-{epoch:0000}.safetensors");

    /// <inheritdoc/>
    internal override void AfterEpoch(TrainingState state)
    {
        if (state.Epoch % _every == 0)
        {
            state.SaveCheckpoint(PathOf(state.Epoch));
        }
    }

    private static int? EpochOf(string path) =>
        Name().Match(Path.GetFileName(path)) is { Success: true } match
        && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? epoch
            : null;

    [GeneratedRegex(@"^epoch-([0-9]{4,})\.safetensors$")]
    private static partial Regex Name();
}
