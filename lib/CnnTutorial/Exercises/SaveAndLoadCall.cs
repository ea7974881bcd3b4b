using System.Diagnostics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>One call of the learner's function in step 5: what it was given, what it made, and what it saved and loaded.</summary>
/// <param name="folder">Where it should save.</param>
/// <param name="seed">Another seed, another trained network.</param>
internal sealed class SaveAndLoadCall(PracticeFolder folder, int seed)
{
    private const string FileName = "practice.safetensors";
    private readonly List<(Module<Tensor, Tensor> Model, float[] Weights)> _made = [];

    public string FilePath { get; } = Path.Combine(folder.Path, FileName);

    public Module<Tensor, Tensor> Trained { get; } = PracticeNetwork.Create(dropout: 0.5, seed: seed);

    /// <summary>The networks that <c>createModel</c> made, with the weights that they had then.</summary>
    public IReadOnlyList<(Module<Tensor, Tensor> Model, float[] Weights)> Made => _made;

    /// <summary>Called whenever a network is to be made.</summary>
    public Action? BeforeCreate { get; init; }

    /// <summary>Whether this call's <c>createModel</c> made the network.</summary>
    public bool HasMade(Module<Tensor, Tensor> model) => _made.Exists(pair => pair.Model == model);

    /// <summary>What the learner calls <c>createModel</c>.</summary>
    public Module<Tensor, Tensor> Create()
    {
        BeforeCreate?.Invoke();
        var model = PracticeNetwork.Create(dropout: 0.5, seed: seed + 100 + _made.Count);
        _made.Add((model, PracticeNetwork.Weights(model)));
        return model;
    }

    /// <summary>Whether the file was saved and is not there any more.</summary>
    public bool IsDeleted => folder.Log.Saved.Any(saving => saving.Done && saving.Path == FilePath) && !File.Exists(FilePath);

    /// <summary>Names a file that was saved elsewhere; empty if there is none.</summary>
    public string Elsewhere()
    {
        var other = folder
            .Log.Saved.Where(saving => saving.Done)
            .Select(saving => saving.Path)
            .Concat(folder.Files.Select(file => Path.Combine(folder.Path, file)))
            .FirstOrDefault(file => file != FilePath);
        return other is null ? ""
            : other.StartsWith(FilePath + Path.DirectorySeparatorChar, StringComparison.Ordinal)
                ? $" The path ends in {FileName}; there is a folder of this name, and in it a file {Path.GetFileName(other)}."
            : $" The path is {folder.Show(FilePath)}; a file was saved as {folder.Show(other)}.";
    }

    /// <summary>A network that should not have been saved.</summary>
    public WrongAnswerException? Saved()
    {
        const string Expected = "The file holds the weights of the trained network.";
        if (folder.Log.Saved.FirstOrDefault(saving => saving.Model != Trained)?.Model is not { } model)
        {
            return null;
        }

        return HasMade(model)
            ? new(
                Expected,
                "The new network was saved, with the random weights with which it was made"
                    + (
                        folder.Log.Loaded.Any(loading => loading.Model == Trained)
                            ? ", and the file was loaded into `trained`, whose own weights are lost: the two are swapped."
                            : "."
                    ),
                "Save `trained`, and load into the network that `createModel()` makes."
            )
            : new(
                Expected,
                "A network was saved that is neither `trained` nor made with `createModel()`.",
                "Is it a variable of the notebook, such as `model`? Save the one that your function is given: `Weights.Save(trained, path)`."
            );
    }

    /// <summary>A file that could not be loaded, whether the learner's code caught the exception or not.</summary>
    /// <param name="failure">The exception that was not caught.</param>
    public WrongAnswerException? NotLoaded(Exception? failure)
    {
        const string Expected = "The file is loaded into the new network.";
        var caught = failure is null ? " The exception was caught, so that nobody saw it." : "";
        var loading = folder.Log.Loaded.FirstOrDefault(loading => loading.Failure is not null);
        return loading switch
        {
            { Failure: FileNotFoundException } when loading.Path != FilePath => new(
                "The file is loaded from the path that your function is given.",
                $"You load from {folder.Show(loading.Path)}, and no file is there; the path is {folder.Show(FilePath)}.{caught}",
                "Use `path` as it is, to save and to load. And let exceptions through: they say what is wrong."
            ),
            { Failure: FileNotFoundException } => Missing(caught),
            { Failure: InvalidDataException } when !HasMade(loading.Model) && loading.Model != Trained => new(
                Expected,
                $"It was to be loaded into a network with other layers, which `createModel` did not make.{caught}",
                "Is it `CreateModel()`, with a capital C? That is the function of notebook 03. `createModel()`, with a small c, is the "
                    + "parameter."
            ),
            { Failure: InvalidDataException } when SavedWeights.IsOwnFormat(FilePath, PracticeNetwork.Create()) => new(
                "A file that is loaded by the counterpart of what saved it.",
                "The file is in TorchSharp's own format, which `trained.save` writes, and `Weights.Load` cannot read it." + caught,
                "Two formats are mixed: `Weights.Save(trained, path)` belongs to `Weights.Load(loaded, path)`."
            ),
            // TorchSharp's own functions are not noted.
            null when failure is FileNotFoundException && !File.Exists(FilePath) => Missing(caught),
            null when failure is not null && folder.Log.Saved.Any(saving => saving.Path == FilePath) && IsOfLoad(failure) => new(
                "A file that is loaded by the counterpart of what saved it.",
                "`Weights.Save` wrote the file, and it was not `Weights.Load` that should have read it: it threw an exception.",
                "Two formats are mixed: `Weights.Load(loaded, path)` reads what `Weights.Save` wrote; `load` of a network does not."
            ),
            _ => null,
        };
    }

    /// <summary>Whether the file went into another network than the one that was returned.</summary>
    public WrongAnswerException? LoadedInto(Module<Tensor, Tensor> returned) =>
        folder.Log.Loaded is [.., var last] loaded && loaded.All(loading => loading.Model != returned)
            ? new(
                "The file is loaded into the network that is returned.",
                "It was loaded into "
                    + (
                        last.Model == Trained ? "`trained`"
                        : HasMade(last.Model) ? $"another one of the {_made.Count} networks that `createModel` made"
                        : "a network that `createModel` did not make"
                    )
                    + ", and the one that is returned still has the random weights with which it was made.",
                "Call `createModel()` once, keep its network in a variable, load into that one, and return it."
            )
            : null;

    private WrongAnswerException Missing(string caught)
    {
        const string Expected = "A file at the path that your function is given, before it is loaded.";
        // A task that nothing waits for may still be saving.
        return SpinWait.SpinUntil(() => File.Exists(FilePath), TimeSpan.FromSeconds(0.5))
            ? new(
                Expected,
                $"When you loaded, the file was not there yet; it came later.{caught}",
                "Save before you load, and in the function itself: a `Task` that nothing waits for saves when it likes."
            )
            : new(
                Expected,
                $"You load from a path, and nothing was saved there.{Elsewhere()}{caught}",
                "Save `trained` to `path` before you load: `Weights.Save(trained, path)`. And load from the same path."
            );
    }

    private static bool IsOfLoad(Exception exception) =>
        new StackTrace(exception)
            .GetFrames()
            .Select(frame => frame.GetMethod())
            .Any(method => method?.Name == "load" && method.DeclaringType?.Assembly == typeof(Module).Assembly);
}
