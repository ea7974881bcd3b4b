using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A network with all that training needs: the loss, the optimizer, the metrics and the device. What Keras calls a compiled
/// model.</summary>
public sealed class Trainer
{
    /// <summary>Large enough to keep the processor busy, small enough to need little memory (a thousand images' features: 75 MB).</summary>
    private const int JudgeBatchSize = 1000;

    private readonly optim.Optimizer? _optimizer;

    /// <summary>Puts the parts together.</summary>
    /// <param name="model">The network: from images <c>[N, channels, rows, columns]</c> to logits <c>[N, classes]</c>. It must be on the
    /// device
    /// already, since the optimizer was made from its parameters.</param>
    /// <param name="loss">From logits and labels <c>[N]</c> (int64) to one mean loss, such as <c>nn.CrossEntropyLoss()</c>.</param>
    /// <param name="optimizer">What changes the weights; null for a network that is only evaluated.</param>
    /// <param name="metrics">What to report besides the loss; null for only accuracy.</param>
    /// <param name="device">Where to compute; null for the CPU.</param>
    /// <exception cref="ArgumentException">The network is on another device.</exception>
    public Trainer(
        Module<Tensor, Tensor> model,
        Module<Tensor, Tensor, Tensor> loss,
        optim.Optimizer? optimizer = null,
        IReadOnlyList<Metric>? metrics = null,
        Device? device = null
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        NativeLibraries.EnsureLoaded();
        Device = device ?? CPU;
        if (model.parameters().FirstOrDefault(parameter => parameter.device_type != Device.type) is { } elsewhere)
        {
            throw new ArgumentException(
                $"The model is on {elsewhere.device_type} and the trainer was given {Device.type}; write model.to(device) before you "
                    + "make the optimizer.",
                nameof(model)
            );
        }

        Model = model;
        Loss = loss;
        _optimizer = optimizer;
        Metrics = metrics ?? [Metric.Accuracy];
    }

    /// <summary>The network.</summary>
    public Module<Tensor, Tensor> Model { get; }

    /// <summary>Where it computes.</summary>
    public Device Device { get; }

    internal Module<Tensor, Tensor, Tensor> Loss { get; }

    internal IReadOnlyList<Metric> Metrics { get; }

    internal optim.Optimizer Optimizer =>
        _optimizer
        ?? throw new InvalidOperationException("This trainer has no optimizer, so it can only evaluate and predict; give it one to train.");

    /// <summary>Whether training adds a progress bar; the exercise's checks train without one.</summary>
    internal bool ShowsProgress { get; init; } = true;

    /// <summary>Trains the network, epoch by epoch, on shuffled mini-batches.</summary>
    /// <param name="train">The images to learn from.</param>
    /// <param name="validation">Images to evaluate with after every epoch, or null.</param>
    /// <param name="epochs">How many times each image is seen.</param>
    /// <param name="batchSize">Images per step; the last batch of an epoch may be smaller.</param>
    /// <param name="seed">Fixes the order of the images; null for one drawn from TorchSharp's generator, which <c>torch.manual_seed</c>
    /// fixes.</param>
    /// <param name="resumeFrom">A file that a <see cref="Checkpoint"/> wrote, such as <c>Checkpoint.Latest(folder)</c>: training goes on
    /// after its epoch, on the CPU bit for bit as if it had never stopped. Null to begin with the network as it is.</param>
    /// <param name="callbacks">Code that runs during the training.</param>
    /// <returns>The finished epochs; fewer than asked for if the stop button was pressed or a callback stopped it.</returns>
    /// <exception cref="ArgumentException">Nothing can be learned with these images, labels, model or optimizer; the message says
    /// why.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another training; network and optimizer stay as they
    /// are.</exception>
    /// <exception cref="InvalidOperationException">The trainer was made without an optimizer.</exception>
    public History Fit(
        ImageSplit train,
        ImageSplit? validation = null,
        int epochs = 10,
        int batchSize = 256,
        int? seed = null,
        string? resumeFrom = null,
        params Callback[] callbacks
    )
    {
        ArgumentNullException.ThrowIfNull(train);
        ThrowIfUnfit(train.Labels, train.ImageShape, validation, epochs, batchSize);

        // From here on the whole split is on the device, as bytes: a step then copies only its batch.
        using var scope = NewDisposeScope();
        var batches = new Batches(train.ToByteTensor(Device), train.ToLabelTensor(Device), batchSize, shuffle: true, seed);
        return Fit(batches, TrainingPlan.Describe(train), validation, epochs, batchSize, seed, resumeFrom, callbacks);
    }

    /// <summary>Trains the network, epoch by epoch, on shuffled mini-batches of images that stay on disk, since they need not fit into
    /// memory.</summary>
    /// <param name="train">The images to learn from, which stay open.</param>
    /// <param name="validation">Images to evaluate with after every epoch, or null.</param>
    /// <param name="epochs">How many times each image is seen.</param>
    /// <param name="batchSize">Images per step; the last batch of an epoch may be smaller.</param>
    /// <param name="seed">Fixes the order of the images; null for one drawn from TorchSharp's generator, which <c>torch.manual_seed</c>
    /// fixes.</param>
    /// <param name="resumeFrom">A file that a <see cref="Checkpoint"/> wrote, such as <c>Checkpoint.Latest(folder)</c>: training goes on
    /// after its epoch, on the CPU bit for bit as if it had never stopped. Null to begin with the network as it is.</param>
    /// <param name="callbacks">Code that runs during the training.</param>
    /// <returns>The finished epochs; fewer than asked for if the stop button was pressed or a callback stopped it.</returns>
    /// <exception cref="ArgumentException">Nothing can be learned with these images, labels, model or optimizer; the message says
    /// why.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another training; network and optimizer stay as they
    /// are.</exception>
    /// <exception cref="InvalidOperationException">The trainer was made without an optimizer.</exception>
    public History Fit(
        ImageSplitOnDisk train,
        ImageSplit? validation = null,
        int epochs = 10,
        int batchSize = 256,
        int? seed = null,
        string? resumeFrom = null,
        params Callback[] callbacks
    )
    {
        ArgumentNullException.ThrowIfNull(train);
        ThrowIfUnfit(train.Labels, [1, train.Rows, train.Columns], validation, epochs, batchSize);
        return Fit(train.Batches(batchSize, seed, Device), train.Describe(), validation, epochs, batchSize, seed, resumeFrom, callbacks);
    }

    /// <summary>Trains the network, epoch by epoch, on the batches of any source, such as <see cref="AugmentedBatches"/>.</summary>
    /// <param name="train">The batches to learn from, on the trainer's device; an enumeration is an epoch.</param>
    /// <param name="validation">Images to evaluate with after every epoch, or null.</param>
    /// <param name="epochs">How many times each image is seen.</param>
    /// <param name="resumeFrom">A file that a <see cref="Checkpoint"/> wrote; null to begin with the network as it is.</param>
    /// <param name="callbacks">Code that runs during the training.</param>
    /// <returns>The finished epochs; fewer than asked for if the stop button was pressed or a callback stopped it.</returns>
    /// <exception cref="ArgumentException">Nothing can be learned with these images, model or optimizer; the message says why.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another training.</exception>
    /// <exception cref="InvalidOperationException">The trainer was made without an optimizer.</exception>
    public History Fit(
        IBatchSource train,
        ImageSplit? validation = null,
        int epochs = 10,
        string? resumeFrom = null,
        params Callback[] callbacks
    )
    {
        ArgumentNullException.ThrowIfNull(train);
        ThrowIfNone(epochs);
        TrainingInput.ThrowIfUnfit(Model, Optimizer);
        if (train.ImageCount == 0)
        {
            throw new ArgumentException("There is no image to learn from: the source of batches is empty.", nameof(train));
        }

        _ = TrainingInput.ClassesOf(Model, Device, Math.Min(2, train.ImageCount), train.ImageShape, "the batches");
        ThrowIfUnfit(validation);
        var batchSize = (train.ImageCount + train.Count - 1) / train.Count;
        return Fit(train, $"{train}", validation, epochs, batchSize, seed: null, resumeFrom, callbacks);
    }

    /// <summary>Measures loss and metrics, with dropout off and no gradients.</summary>
    /// <param name="split">The images to evaluate with.</param>
    /// <exception cref="ArgumentException">The split is empty, or labels or images do not fit the model; the message says what is
    /// wrong.</exception>
    public Evaluation Evaluate(ImageSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        TrainingInput.ThrowIfUnfit(Model, Device, split.Labels, split.ImageShape, "the split", toLearnFrom: false);
        using var scope = NewDisposeScope();
        return Evaluate(split.ToByteTensor(Device), split.ToLabelTensor(Device));
    }

    /// <summary>Predicts a class for each image, with dropout off.</summary>
    /// <param name="split">The images; their labels are not used.</param>
    /// <returns>The probabilities of all classes: the softmax of the network's logits.</returns>
    public Predictions Predict(ImageSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        using var scope = NewDisposeScope();
        return Predict(split.ToByteTensor(Device));
    }

    /// <summary>Predicts a class for each image, with dropout off.</summary>
    /// <param name="images">float32 <c>[N, channels, rows, columns]</c> in [0, 1], on the trainer's device; uint8 is scaled to
    /// that.</param>
    /// <returns>The probabilities of all classes: the softmax of the network's logits.</returns>
    /// <exception cref="ArgumentException">The images hold NaN or infinite numbers.</exception>
    public Predictions Predict(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        Pixels.ThrowIfNotFinite(images, nameof(images));
        var parts = new List<float[]>();
        long classes = 0;
        Judge(
            images,
            (logits, _) =>
            {
                classes = logits.shape[1];
                parts.Add([.. logits.softmax(1).cpu().data<float>()]);
            }
        );
        return new Predictions([.. parts.SelectMany(part => part)], (int)classes);
    }

    private History Fit(
        IBatchSource batches,
        string images,
        ImageSplit? validation,
        int epochs,
        int batchSize,
        int? seed,
        string? resumeFrom,
        Callback[] callbacks
    )
    {
        // A fingerprint of all images takes a moment, so it is computed only if something is saved or loaded.
        var plan =
            resumeFrom is not null || callbacks.Any(callback => callback is Checkpoint)
                ? TrainingPlan.Of(this, images, validation, batchSize, seed)
                : null;
        // Frees networks of earlier runs of the learner's cell: the garbage collector sees their few objects, not their weights.
        GC.Collect();
        using var scope = NewDisposeScope();
        using var run = new TrainingRun(this, batches, validation, epochs, batchSize, plan, resumeFrom, callbacks);
        return run.ToTheEnd();
    }

    private void ThrowIfUnfit(ReadOnlySpan<byte> labels, IReadOnlyList<long> imageShape, ImageSplit? validation, int epochs, int batchSize)
    {
        ThrowIfNone(epochs);
        if (batchSize < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(batchSize), $"batchSize is {batchSize}; a batch has 1 image or more.");
        }

        TrainingInput.ThrowIfUnfit(Model, Optimizer);
        TrainingInput.ThrowIfUnfit(Model, Device, labels, imageShape, "the training split", toLearnFrom: true);
        ThrowIfUnfit(validation);
    }

    private static void ThrowIfNone(int epochs)
    {
        if (epochs < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(epochs), $"epochs is {epochs}; ask for 1 or more.");
        }
    }

    private void ThrowIfUnfit(ImageSplit? validation)
    {
        if (validation is not null)
        {
            TrainingInput.ThrowIfUnfit(Model, Device, validation.Labels, validation.ImageShape, "the validation split", toLearnFrom: false);
        }
    }

    /// <summary>Evaluates images that are already on the device.</summary>
    internal Evaluation Evaluate(Tensor images, Tensor labels)
    {
        using var running = new RunningMeans(Metrics, Device);
        Judge(
            images,
            (logits, start) =>
            {
                var part = labels.narrow(0, start, logits.shape[0]);
                running.Add(logits, part, Loss.call(logits, part));
            }
        );
        return running.Means();
    }

    /// <summary>Runs the network over the images part by part and leaves it in the mode in which it was.</summary>
    private void Judge(Tensor images, Action<Tensor, long> look)
    {
        EvaluationMode.Run(
            Model,
            _ =>
            {
                using var fast = new FastPrediction(Model, images.shape[1..], Device);
                for (long start = 0; start < images.shape[0]; start += JudgeBatchSize)
                {
                    using var scope = NewDisposeScope();
                    look(fast.Predict(Pixels.Scale(images.narrow(0, start, Math.Min(JudgeBatchSize, images.shape[0] - start)))), start);
                }
            }
        );
    }
}
