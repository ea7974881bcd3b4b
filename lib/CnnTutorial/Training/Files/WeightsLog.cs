using System.Collections.Concurrent;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Notes which networks are saved and loaded, and where, so that a check can say what became of a file. Only the code that began
/// the notes is noted, with the tasks that it starts.</summary>
internal sealed class WeightsLog : IDisposable
{
    private static readonly AsyncLocal<WeightsLog?> Noting = new();

    private readonly ConcurrentQueue<Saving> _saved = [];
    private readonly ConcurrentQueue<Loading> _loaded = [];

    public WeightsLog() => Noting.Value = this;

    /// <summary>A call of <see cref="Weights.Save"/>.</summary>
    /// <param name="Model">What was saved.</param>
    /// <param name="Path">The whole path.</param>
    /// <param name="WasThere">Whether the file was there before.</param>
    internal sealed record Saving(Module<Tensor, Tensor> Model, string Path, bool WasThere)
    {
        /// <summary>Whether it was written.</summary>
        public bool Done { get; set; }
    }

    /// <summary>A call of <see cref="Weights.Load"/>.</summary>
    /// <param name="Model">Into what the file was loaded.</param>
    /// <param name="Path">The whole path.</param>
    /// <param name="Failure">Why it was not; null if it was.</param>
    internal sealed record Loading(Module<Tensor, Tensor> Model, string Path, Exception? Failure);

    public IReadOnlyList<Saving> Saved => [.. _saved];

    public IReadOnlyList<Loading> Loaded => [.. _loaded];

    /// <summary>Called when a file has been saved.</summary>
    public Action? AfterSave { get; set; }

    public static void Save(Module<Tensor, Tensor> model, string path, Action save)
    {
        // Before it is tried, so that a place where nothing can be written is known too.
        var saving = new Saving(model, Path.GetFullPath(path), File.Exists(path));
        Noting.Value?._saved.Enqueue(saving);
        save();
        saving.Done = true;
        Noting.Value?.AfterSave?.Invoke();
    }

    public static void Load(Module<Tensor, Tensor> model, string path, Action load)
    {
        Exception? failure = null;
        try
        {
            load();
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            Noting.Value?._loaded.Enqueue(new Loading(model, Path.GetFullPath(path), failure));
        }
    }

    /// <summary>Forgets what was noted.</summary>
    public void Clear()
    {
        _saved.Clear();
        _loaded.Clear();
    }

    /// <summary>Ends the notes.</summary>
    public void Dispose() => Noting.Value = null;
}
