using static TorchSharp.torch;

namespace CnnTutorial;

/// <content>Evaluating and predicting: what needs no optimizer.</content>
public sealed partial class Trainer
{
    /// <summary>Large enough to keep the processor busy, small enough to need little memory (a thousand images' features: 75 MB).</summary>
    private const int JudgeBatchSize = 1000;

    /// <summary>Measures loss and metrics, with dropout off and no gradients.</summary>
    /// <param name="split">The images to judge by.</param>
    /// <exception cref="ArgumentException">The split is empty, or labels or images do not suit the model; one sentence says what is
    /// wrong.</exception>
    public Evaluation Evaluate(ImageSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        TrainingInput.ThrowIfUnfit(Model, Device, split.Labels, split.Rows, split.Columns, "the split", toLearnFrom: false);
        using var scope = NewDisposeScope();
        return Evaluate(split.ToByteTensor(Device), split.ToLabelTensor(Device));
    }

    /// <summary>Predicts a class for each image, with dropout off.</summary>
    /// <param name="split">The images; their labels are not looked at.</param>
    /// <returns>The probabilities of all classes: the softmax of the network's logits.</returns>
    public Predictions Predict(ImageSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        using var scope = NewDisposeScope();
        return Predict(split.ToByteTensor(Device));
    }

    /// <summary>Predicts a class for each image, with dropout off.</summary>
    /// <param name="images">float32 <c>[N, 1, rows, columns]</c> in [0, 1], on the trainer's device; uint8 is scaled to that.</param>
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

    private Evaluation Evaluate(Tensor images, Tensor labels)
    {
        using var running = new RunningMeans(_metrics, Device);
        Judge(
            images,
            (logits, start) =>
            {
                var part = labels.narrow(0, start, logits.shape[0]);
                running.Add(logits, part, _loss.call(logits, part));
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
                using var team = PartwisePass.Helps(Device) ? new WorkerTeam() : null;
                var forward =
                    team is not null && PartwisePass.Of(Model, images.shape[1..], team) is { } partwise
                        ? partwise.Predict
                        : ForwardPass.Of(Model);
                for (long start = 0; start < images.shape[0]; start += JudgeBatchSize)
                {
                    using var scope = NewDisposeScope();
                    look(forward(Pixels.Scale(images.narrow(0, start, Math.Min(JudgeBatchSize, images.shape[0] - start)))), start);
                }
            }
        );
    }
}
