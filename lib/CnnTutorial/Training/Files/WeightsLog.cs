using System.Collections.Concurrent;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Notes which networks are saved and loaded, and where, so that a check can say what became of a file. Only the code that began
/// the notes is noted, with the tasks that it starts.</summary>
internal sealed class WeightsLog : IDisposable
{
    private static readonly AsyncLocal<WeightsLog?> Noting = new();
    private readonly ConcurrentQueue<Entry> _entries = [];

    public WeightsLog() => Noting.Value = this;

    /// <summary>A call of <see cref="Weights.Save"/> or <see cref="Weights.Load"/>.</summary>
    /// <param name="IsSaving">Which of the two.</param>
    /// <param name="Model">What was saved, or into what the file was loaded.</param>
    /// <param name="Path">The whole path.</param>
    /// <param name="WasThere">Whether the file was there before.</param>
    internal sealed record Entry(bool IsSaving, Module<Tensor, Tensor> Model, string Path, bool WasThere)
    {
        public Exception? Failure { get; set; }
    }

    public IReadOnlyList<Entry> Saved => [.. _entries.Where(entry => entry.IsSaving)];

    public IReadOnlyList<Entry> Loaded => [.. _entries.Where(entry => !entry.IsSaving)];

    /// <summary>Called when a file has been saved.</summary>
    public Action? AfterSave { get; set; }

    public static void Note(bool isSaving, Module<Tensor, Tensor> model, string path, Action<string> action)
    {
        path = Path.GetFullPath(path);
        var log = Noting.Value;
        var entry = new Entry(isSaving, model, path, File.Exists(path));
        log?._entries.Enqueue(entry);
        try
        {
            action(path);
        }
        catch (Exception e)
        {
            entry.Failure = e;
            throw;
        }

        if (isSaving)
        {
            log?.AfterSave?.Invoke();
        }
    }

    public void Clear() => _entries.Clear();

    public void Dispose() => Noting.Value = null;
}
