using System.Collections;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A call of the network.</summary>
/// <param name="Batch">The current batch, from 0; −1 before the first.</param>
/// <param name="Training">Whether it was in training mode.</param>
/// <param name="Gradients">Whether gradients were being kept.</param>
/// <param name="Input">How its input differs from the batch's images; null if it does not.</param>
/// <param name="LiveTensors">How many tensors there were at that moment.</param>
internal sealed record ForwardCall(int Batch, bool Training, bool Gradients, string? Input, long LiveTensors);

/// <summary>A call of the loss.</summary>
/// <param name="Batch">The current batch.</param>
/// <param name="Arguments">What is wrong with its arguments; null if nothing is.</param>
/// <param name="Logits">What it got in place of the network's logits, which may be right all the same; null if it got them.</param>
internal sealed record LossCall(int Batch, string? Arguments, string? Logits);

/// <summary>A call of the optimizer's step.</summary>
/// <param name="Batch">The current batch.</param>
/// <param name="Gradient">All gradients; null if there were none.</param>
/// <param name="Wiped">Whether gradients were there after the network was last called, and were cleared.</param>
/// <param name="Called">Whether the network was called with this batch before.</param>
/// <param name="Before">The weights before the step.</param>
/// <param name="Right">The right gradients; null if there was no batch yet.</param>
internal sealed record StepCall(int Batch, float[]? Gradient, bool Wiped, bool Called, float[] Before, Reference? Right)
{
    /// <summary>The weights after it.</summary>
    public float[] After { get; set; } = [];

    /// <summary>The loss of the same batch after it.</summary>
    public double LossAfter { get; set; }
}

/// <summary>What the check itself computes from the current batch and weights.</summary>
internal sealed record Reference(int Count, double Loss, float[] Gradient, float[] SoftmaxGradient);

/// <summary>What happens while the learner's loop runs one epoch: a network, a loss, an optimizer and batches that record how they are
/// used.</summary>
internal sealed class TrainingRecord : IDisposable
{
    private readonly Module<Tensor, Tensor> _twin = PracticeNetwork.Create();
    private bool _wiped;
    private Tensor? _images;
    private Tensor? _labels;
    private Tensor? _logits;

    public List<ForwardCall> Forwards { get; private set; } = [];

    public List<LossCall> Losses { get; private set; } = [];

    public List<StepCall> Steps { get; private set; } = [];

    /// <summary>The sizes of the batches that were asked for.</summary>
    public List<int> Drawn { get; private set; } = [];

    /// <summary>How often gradients were cleared.</summary>
    public int Clears { get; private set; }

    /// <summary>How often the batches were enumerated.</summary>
    public int Enumerations { get; private set; }

    /// <summary>What the loss got in place of the network's logits, in its first such call; null if there is none.</summary>
    public string? OtherLogits => Losses.Find(loss => loss.Logits is not null)?.Logits;

    public bool OptimizerIsFreed { get; private set; }

    /// <summary>How many batches were asked for before the network was called first.</summary>
    public int DrawnBeforeUse { get; private set; }

    /// <summary>The tensors that each batch after the first adds, or each call if there is only one batch; 0 if each step frees what it
    /// made.</summary>
    public double TensorsPerBatch =>
        LiveTensors.PerBatch(
            Drawn.Count > 1
                ? [.. Forwards.GroupBy(forward => forward.Batch).Select(calls => calls.First().LiveTensors)]
                : [.. Forwards.Select(forward => forward.LiveTensors)]
        );

    /// <summary>Begins another epoch.</summary>
    public void Begin()
    {
        (Forwards, Losses, Steps, Drawn) = ([], [], [], []);
        (Clears, Enumerations, DrawnBeforeUse) = (0, 0, 0);
    }

    /// <exception cref="WrongAnswerException">Batches were kept that are freed by now.</exception>
    /// <param name="failed">Whether the learner's code threw.</param>
    public void ThrowIfHoarded(bool failed)
    {
        // The first batches may have been skipped.
        if (DrawnBeforeUse > 1 && Enumerations == 1 && (failed || Forwards.Exists(forward => forward.Input is not null)))
        {
            throw new WrongAnswerException(
                "One batch after the other: a batch lives until the next one is asked for.",
                $"{DrawnBeforeUse} batches were asked for before the network was called for the first time; all but the last of them are "
                    + "freed by then.",
                "`ToList`, `ToArray`, `Count` and sorting go through the whole pipeline first, and `SkipLast` looks ahead. One foreach is "
                    + "enough: take each batch, use it, count its images, and go on."
            );
        }
    }

    /// <exception cref="WrongAnswerException">The network or the loss got anything else than the batch, or another loss was
    /// used.</exception>
    /// <param name="where">At the beginning of a sentence.</param>
    public void ThrowIfOtherArguments(string where)
    {
        if (Forwards.Find(forward => forward.Input is not null) is { } forward)
        {
            throw new WrongAnswerException(
                "The network gets the images of the batch, as they are.",
                $"{where}, at batch {forward.Batch + 1}, it got {forward.Input}.",
                "`model.call(batch.Images)`: they have the right shape and scale already."
            );
        }

        var judged = Forwards.Select(each => each.Batch).Distinct().ToList();
        var without = judged.Count(batch => Losses.TrueForAll(loss => loss.Batch != batch));
        if (without > 0)
        {
            throw new WrongAnswerException(
                "The loss that your function is given is called for each batch.",
                $"{where} it was {(without == judged.Count ? "never called" : $"not called for {without} of the {judged.Count} batches")}.",
                "Use the parameter `loss`, `loss.call(logits, batch.Labels)`, and no loss that is made inside the function: the caller "
                    + "chooses it."
            );
        }

        if (Losses.Find(loss => loss.Arguments is not null) is { } call)
        {
            throw new WrongAnswerException(
                "The loss gets the network's logits and the labels of the same batch.",
                $"{where}, at batch {call.Batch + 1}, it got {call.Arguments}.",
                "`loss.call(model.call(batch.Images), batch.Labels)`."
            );
        }
    }

    /// <summary>For a wrong result whose reason is what the loss got.</summary>
    public static WrongAnswerException Other(string logits, string where) =>
        new(
            "The loss gets the network's logits.",
            $"{where} it got {logits}.",
            "`loss.call(model.call(batch.Images), batch.Labels)`: nothing stands between the network and the loss."
        );

    public void Dispose()
    {
        _twin.Dispose();
        _images?.Dispose();
        _labels?.Dispose();
        _logits?.Dispose();
    }

    private int Batch => Drawn.Count - 1;

    private void Clear(Module<Tensor, Tensor> model)
    {
        Clears++;
        _wiped |= PracticeNetwork.Gradient(model)?.Any(value => value != 0) == true;
    }

    private void Next(Batch batch)
    {
        _images?.Dispose();
        _labels?.Dispose();
        _images = batch.Images.clone().DetachFromDisposeScope();
        _labels = batch.Labels.clone().DetachFromDisposeScope();
        Drawn.Add(batch.Count);
        if (Forwards.Count == 0)
        {
            DrawnBeforeUse++;
        }
    }

    private void Forward(bool training, Tensor input)
    {
        // Counted before the check makes tensors of its own.
        var live = LiveTensors.Count;
        Forwards.Add(new ForwardCall(Batch, training, is_grad_enabled(), Difference(input), live));
        _wiped = false;
    }

    private void Answered(Tensor logits)
    {
        _logits?.Dispose();
        using var noGradients = no_grad();
        using var detached = logits.detach();
        _logits = detached.clone().DetachFromDisposeScope();
    }

    /// <summary>How a network's input differs from the images of the current batch.</summary>
    private string? Difference(Tensor input)
    {
        if (_images is null)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        if (!input.shape.SequenceEqual(_images.shape))
        {
            return input.shape.Length > 0 && input.shape[0] != _images.shape[0]
                ? $"{input.shape[0]} images of a batch of {_images.shape[0]}"
                : $"a tensor of shape [{string.Join(", ", input.shape)}]";
        }

        if (input.dtype != ScalarType.Float32)
        {
            return $"images of type {input.dtype}";
        }

        return (input - _images).abs().max().item<float>() < 1e-5
            ? null
            : $"images with pixels from {Range(input)}, and those of the batch go from {Range(_images)}";
    }

    /// <summary>How the loss's arguments differ from logits and labels of the current batch.</summary>
    private string? Difference(Tensor logits, Tensor labels)
    {
        if (_logits is null || _labels is null)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        if (Same(logits, _labels) && Same(labels, _logits))
        {
            return "first the labels and then the logits: they are swapped";
        }

        if (!Same(labels, _labels))
        {
            // Rows of zeros and a one say the same.
            return labels.shape.SequenceEqual(_labels.shape) ? "other labels than those of the batch"
                : labels.is_floating_point() && labels.shape.SequenceEqual(logits.shape) && Same(labels.argmax(1), _labels) ? null
                : $"labels of shape [{string.Join(", ", labels.shape)}], and the batch's have [{_labels.shape[0]}]";
        }

        return null;

        static bool Same(Tensor a, Tensor b) =>
            a.shape.SequenceEqual(b.shape) && a.to(ScalarType.Float64).equal(b.to(ScalarType.Float64)).all().item<bool>();
    }

    /// <summary>What a loss got in place of the network's last logits; null if it got them.</summary>
    private string? Replacement(Tensor logits)
    {
        if (_logits is null)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        if (!logits.shape.SequenceEqual(_logits.shape))
        {
            return $"a tensor of shape [{string.Join(", ", logits.shape)}]";
        }

        var numbers = logits.to(ScalarType.Float32);
        var isSame = (numbers - _logits).abs().max().item<float>() == 0;
        var columns = numbers.sum(dim: 0).data<float>().All(sum => Math.Abs(sum - 1) < 1e-4);
        return isSame ? null
            : columns ? "numbers that sum to 1 over the images of the batch, as `softmax(0)` gives them"
            : $"numbers from {Range(numbers)}, and the network's go from {Range(_logits)}";
    }

    private static string Range(Tensor numbers) => $"{numbers.min().item<float>():0.####} to {numbers.max().item<float>():0.####}";

    private Reference? Expected(Module<Tensor, Tensor> model)
    {
        if (_images is null || _labels is null)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        PracticeNetwork.Copy(model, _twin);
        using var gradients = enable_grad();
        var loss = functional.cross_entropy(_twin.call(_images), _labels);
        var right = Backward(loss);
        var softmax = Backward(functional.cross_entropy(_twin.call(_images).softmax(1), _labels));
        return new Reference((int)_labels.shape[0], loss.item<float>(), right, softmax);

        float[] Backward(Tensor loss)
        {
            _twin.zero_grad();
            loss.backward();
            return PracticeNetwork.Gradient(_twin)!;
        }
    }

    /// <summary>The network that the learner's code gets.</summary>
    internal sealed class Network : Module<Tensor, Tensor>
    {
        private readonly TrainingRecord _record;
        private readonly Module<Tensor, Tensor> _layers;

        public Network(TrainingRecord record, Module<Tensor, Tensor> layers)
            : base("practice network")
        {
            _record = record;
            _layers = layers;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            _record.Forward(training, input);
            var logits = _layers.call(input);
            _record.Answered(logits);
            return logits;
        }

        public override void zero_grad(bool set_to_none = true)
        {
            _record.Clear(this);
            // The learner cannot free the tensors that TorchSharp makes here.
            using var scope = NewDisposeScope();
            base.zero_grad(set_to_none);
        }
    }

    /// <summary>The loss that the learner's code gets.</summary>
    internal sealed class WatchedLoss(TrainingRecord record) : Module<Tensor, Tensor, Tensor>("practice loss")
    {
        private readonly Module<Tensor, Tensor, Tensor> _inner = CrossEntropyLoss();

        public override Tensor forward(Tensor logits, Tensor labels)
        {
            record.Losses.Add(new LossCall(record.Batch, record.Difference(logits, labels), record.Replacement(logits)));
            return _inner.call(logits, labels);
        }
    }

    /// <summary>The optimizer that the learner's code gets: it passes all calls on to a real one.</summary>
    internal sealed class WatchedOptimizer(TrainingRecord record, Module<Tensor, Tensor> model, optim.Optimizer inner) : OptimizerHelper
    {
        public override IEnumerable<optim.ILearningRateController> ParamGroups => inner.ParamGroups;

        public override IEnumerable<Parameter> parameters() => inner.parameters();

        protected override void Dispose(bool disposing)
        {
            record.OptimizerIsFreed = true;
            base.Dispose(disposing);
        }

        public override void zero_grad()
        {
            record.Clear(model);
            // TorchSharp leaves a tensor for each parameter here (seen with 0.107.0), which the learner cannot free.
            using var scope = NewDisposeScope();
            inner.zero_grad();
        }

        public override Tensor step(Func<Tensor>? closure = null)
        {
            StepCall? call = null;
            Tensor result;
            if (closure is null)
            {
                call = Before();
                result = inner.step();
            }
            else
            {
                result = inner.step(() =>
                {
                    using var gradients = enable_grad();
                    var loss = closure();
                    call = Before();
                    return loss;
                });
            }

            if (call is not null)
            {
                call.After = PracticeNetwork.Weights(model);
                call.LossAfter = record.Expected(model)?.Loss ?? double.NaN;
                record.Steps.Add(call);
            }

            return result;
        }

        private StepCall Before() =>
            new(
                record.Batch,
                PracticeNetwork.Gradient(model),
                record._wiped,
                record.Forwards.Exists(forward => forward.Batch == record.Batch),
                PracticeNetwork.Weights(model),
                record.Expected(model)
            );
    }

    /// <summary>The batches that the learner's code gets.</summary>
    internal sealed class WatchedBatches(TrainingRecord record, Batches inner) : IEnumerable<Batch>
    {
        public IEnumerator<Batch> GetEnumerator()
        {
            record.Enumerations++;
            foreach (var batch in inner)
            {
                record.Next(batch);
                yield return batch;
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
