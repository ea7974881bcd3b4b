using System.Collections;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A call of the network.</summary>
/// <param name="Training">Whether it was in training mode.</param>
/// <param name="Gradients">Whether gradients were being kept.</param>
/// <param name="LiveTensors">How many tensors there were at that moment.</param>
internal sealed record ForwardCall(bool Training, bool Gradients, long LiveTensors);

/// <summary>A call of the optimizer's step.</summary>
/// <param name="Gradient">What stood in all gradients; null where there was none.</param>
/// <param name="Wiped">Whether gradients were there after the network was last called, and were cleared.</param>
/// <param name="Right">What should have stood there; null where there was no batch yet.</param>
internal sealed record StepCall(float[]? Gradient, bool Wiped, Reference? Right);

/// <summary>What the check itself gets from the batch in hand and the weights of that moment.</summary>
internal sealed record Reference(int Count, double Loss, float[] Gradient, float[] SoftmaxGradient);

/// <summary>What happens while the learner's training loop runs: a network, an optimizer and batches that write down how they are
/// used.</summary>
internal sealed class TrainingRecord : IDisposable
{
    private readonly Module<Tensor, Tensor> _twin = PracticeNetwork.Create();
    private bool _wiped;
    private Tensor? _images;
    private Tensor? _labels;

    public List<ForwardCall> Forwards { get; } = [];

    public List<StepCall> Steps { get; } = [];

    /// <summary>How often gradients were cleared.</summary>
    public int Clears { get; private set; }

    /// <summary>How often someone began to go through the batches.</summary>
    public int Enumerations { get; private set; }

    /// <summary>The tensors that each batch but the first adds; 0 where each step frees what it made.</summary>
    public double TensorsPerBatch => LiveTensors.PerBatch([.. Forwards.Select(forward => forward.LiveTensors)]);

    public void Dispose()
    {
        _twin.Dispose();
        _images?.Dispose();
        _labels?.Dispose();
    }

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
    }

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
            _record.Forwards.Add(new ForwardCall(training, is_grad_enabled(), LiveTensors.Count));
            _record._wiped = false;
            return _layers.call(input);
        }

        public override void zero_grad(bool set_to_none = true)
        {
            _record.Clear(this);
            base.zero_grad(set_to_none);
        }
    }

    /// <summary>The optimizer that the learner's code gets: it hands all on to a real one.</summary>
    internal sealed class WatchedOptimizer(TrainingRecord record, Module<Tensor, Tensor> model, optim.Optimizer inner) : OptimizerHelper
    {
        public override IEnumerable<optim.ILearningRateController> ParamGroups => inner.ParamGroups;

        public override IEnumerable<Parameter> parameters() => inner.parameters();

        public override void zero_grad()
        {
            record.Clear(model);
            inner.zero_grad();
        }

        public override Tensor step(Func<Tensor>? closure = null)
        {
            record.Steps.Add(new StepCall(PracticeNetwork.Gradient(model), record._wiped, record.Expected(model)));
            return inner.step(closure);
        }
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
