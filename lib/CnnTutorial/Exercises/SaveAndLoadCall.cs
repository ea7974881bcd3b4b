using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>One call of the learner's function in step 5: what it was given, what it made, and what it saved and loaded.</summary>
/// <param name="folder">Where it should save.</param>
/// <param name="seed">Another seed, another trained network.</param>
internal sealed class SaveAndLoadCall(PracticeFolder folder, int seed)
{
    private const string FileName = "practice.safetensors";
    private const string NoFile = "There is no file.";
    private const string Counterpart = "`Weights.Load(loaded, path)` reads what `Weights.Save(trained, path)` wrote.";

    public string FilePath { get; } = Path.Combine(folder.Path, FileName);

    public Module<Tensor, Tensor> Trained { get; } = PracticeNetwork.Create(dropout: 0.5, seed: seed);

    /// <summary>The networks that <c>createModel</c> made, with the weights that they had then.</summary>
    public Dictionary<Module<Tensor, Tensor>, float[]> Made { get; } = [];

    /// <summary>Called whenever a network is to be made.</summary>
    public Action? BeforeCreate { get; set; }

    /// <summary>What the learner calls <c>createModel</c>.</summary>
    public Module<Tensor, Tensor> Create()
    {
        BeforeCreate?.Invoke();
        var model = PracticeNetwork.Create(dropout: 0.5, seed: seed + 100 + Made.Count);
        Made.Add(model, PracticeNetwork.Weights(model));
        return model;
    }

    /// <summary>Why there is no file at the path.</summary>
    public string WhyNoFile()
    {
        var written = folder.Log.Saved.Where(saving => saving.Failure is null).Select(saving => saving.Path).ToList();
        var other = written.Concat(folder.Files.Select(file => Path.Combine(folder.Path, file))).FirstOrDefault(file => file != FilePath);
        return written.Contains(FilePath) ? "The file was saved, and it is gone again."
            : other is null ? NoFile
            : $"A file was saved as {folder.Show(other)}, and not as {folder.Show(FilePath)}.";
    }

    /// <summary>A network that should not have been saved.</summary>
    public WrongAnswerException? Saved()
    {
        if (folder.Log.Saved.FirstOrDefault(saving => saving.Model != Trained)?.Model is not { } model)
        {
            return null;
        }

        var isSwapped = folder.Log.Loaded.Any(loading => loading.Model == Trained);
        var (seen, hint) = Made.ContainsKey(model)
            ? (
                "The new network was saved, with the random weights with which it was made"
                    + (isSwapped ? ", and the file was loaded into `trained`, whose own weights are lost: the two are swapped." : "."),
                "Save `trained`, and load into the network that `createModel()` makes."
            )
            : (
                "A network was saved that is neither `trained` nor made with `createModel()`.",
                "Is it a variable of the notebook, such as `model`? Save the one that your function is given: "
                    + "`Weights.Save(trained, path)`."
            );
        return new("The file holds the weights of the trained network.", seen, hint);
    }

    /// <summary>A file that could not be loaded.</summary>
    /// <param name="failure">The exception that the learner's code did not catch; null if it ended.</param>
    public WrongAnswerException? NotLoaded(Exception? failure)
    {
        var loading = folder.Log.Loaded.FirstOrDefault(loading => loading.Failure is not null);
        // TorchSharp's own functions are not noted.
        var missing = (loading?.Failure ?? failure) is FileNotFoundException && (loading is not null || !File.Exists(FilePath));
        (string Seen, string Hint)? reason = loading switch
        {
            _ when missing && loading is not null && loading.Path != FilePath => (
                $"You load from {folder.Show(loading.Path)}, and no file is there; the path is {folder.Show(FilePath)}.",
                "Use `path` as it is, to save and to load."
            ),
            // A task that nothing waits for may still be saving.
            _ when missing && SpinWait.SpinUntil(() => File.Exists(FilePath), TimeSpan.FromSeconds(0.5)) => (
                "When you loaded, the file was not there yet; it came later.",
                "Save before you load, and in the function itself: a `Task` that nothing waits for saves when it likes."
            ),
            _ when missing => (
                $"You load from a path, and nothing was saved there. {WhyNoFile().Replace(NoFile, "", StringComparison.Ordinal)}".Trim(),
                "Save `trained` to `path` before you load: `Weights.Save(trained, path)`. And load from the same path."
            ),
            { Failure: InvalidDataException } when !Made.ContainsKey(loading.Model) && loading.Model != Trained => (
                "The file was to be loaded into a network with other layers, which `createModel` did not make.",
                "Is it from `CreateModel()`, with a capital C, the function of notebook 03, or a variable of the notebook? "
                    + "`createModel()`, with a small c, is the parameter."
            ),
            { Failure: InvalidDataException } when SavedWeights.IsOwnFormat(FilePath, PracticeNetwork.Create()) => (
                "The file is in TorchSharp's own format, which `trained.save` writes, and `Weights.Load` cannot read it.",
                "Two formats are mixed. " + Counterpart
            ),
            _ => null,
        };
        var caught = failure is null ? " The exception was caught, so that nobody saw it." : "";
        return reason is { } found ? new("The file is loaded into the new network.", found.Seen + caught, found.Hint) : null;
    }

    /// <summary>Why the network that was returned has the weights with which it was made.</summary>
    public WrongAnswerException StillRandom(Module<Tensor, Tensor> returned)
    {
        var into = folder.Log.Loaded is [.., var last] ? last.Model : null;
        return new(
            "The new network has the weights of the file.",
            "It still has the random weights with which it was made"
                + (
                    into is null || into == returned ? "."
                    : into == Trained ? "; the file was loaded into `trained`."
                    : Made.ContainsKey(into) ? $"; the file was loaded into another one of the {Made.Count} that `createModel` made."
                    : "; the file was loaded into a network that `createModel` did not make."
                ),
            "Call `createModel()` once, load into its network, and return that one. " + Counterpart
        );
    }
}
