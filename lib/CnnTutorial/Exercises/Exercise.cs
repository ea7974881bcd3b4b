using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>
/// The checks behind notebook 07. Each runs the learner's code on small made-up data, on the CPU, and looks at what it does,
/// not at how it is written. It answers with a card within a time limit, whatever the code does, and leaves
/// TorchSharp's random numbers and defaults as they were.
/// </summary>
public static partial class Exercise
{
    /// <summary>Step 1: a data pipeline.</summary>
    /// <param name="pipeline">From a split, a batch size and a device to one epoch of shuffled batches: images float32 <c>[n, 1, 28,
    /// 28]</c> in [0, 1] and labels int64 <c>[n]</c>.</param>
    public static CheckResult CheckPipeline(Func<ImageSplit, int, Device, IEnumerable<Batch>> pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return CheckRunner.Run("Step 1: your own data pipeline", () => PipelineCheck.Run(pipeline));
    }

    /// <summary>Step 2: the course's network with a third convolutional block.</summary>
    /// <param name="createModel">Makes a new network, from images <c>[n, 1, 28, 28]</c> to logits <c>[n, 10]</c>.</param>
    public static CheckResult CheckThirdBlock(Func<Module<Tensor, Tensor>> createModel)
    {
        ArgumentNullException.ThrowIfNull(createModel);
        return CheckRunner.Run("Step 2: a third block", () => ThirdBlockCheck.Run(createModel));
    }

    /// <summary>Step 3: the training loop, and the evaluation that belongs to it.</summary>
    /// <param name="trainOneEpoch">Trains a network on each batch once, with the loss and the optimizer that it is given, and returns the
    /// mean loss of an image. After two epochs the weights agree with those of <see cref="Trainer"/> to 1e-5.</param>
    /// <param name="evaluate">Judges a network: the mean loss of an image, and the accuracy in [0, 1].</param>
    public static CheckResult CheckTrainingLoop(
        Func<Module<Tensor, Tensor>, Module<Tensor, Tensor, Tensor>, optim.Optimizer, IEnumerable<Batch>, double> trainOneEpoch,
        Func<Module<Tensor, Tensor>, Module<Tensor, Tensor, Tensor>, IEnumerable<Batch>, (double Loss, double Accuracy)> evaluate
    )
    {
        ArgumentNullException.ThrowIfNull(trainOneEpoch);
        ArgumentNullException.ThrowIfNull(evaluate);
        return CheckRunner.Run(
            "Step 3: the training loop from scratch",
            () =>
            {
                var (first, second) = TrainingLoopCheck.Run(trainOneEpoch);
                EvaluationCheck.Run(evaluate);
                return $"Each batch made one step with its own gradients; the loss fell from {first:0.000} to {second:0.000}, and the "
                    + $"weights are those that the Trainer finds, within {TrainingLoopCheck.Tolerance:0.#####}. The evaluation works "
                    + "without dropout and without gradients.";
            }
        );
    }

    /// <summary>Step 4: a callback that saves the network every ten epochs.</summary>
    /// <param name="createCallback">Makes the callback for a folder: <c>folder => new SaveEveryTenEpochs(folder)</c>.</param>
    public static CheckResult CheckCheckpoints(Func<string, Callback> createCallback)
    {
        ArgumentNullException.ThrowIfNull(createCallback);
        return CheckRunner.Run("Step 4: a checkpoint every ten epochs", () => CheckpointCheck.Run(createCallback));
    }

    /// <summary>Step 5: save, and load into a new object.</summary>
    /// <param name="saveAndLoad">From a trained network, a function that makes an untrained one, and a path: saves the first there and
    /// returns a second, loaded from it and ready to predict.</param>
    public static CheckResult CheckSaveAndLoad(
        Func<Module<Tensor, Tensor>, Func<Module<Tensor, Tensor>>, string, Module<Tensor, Tensor>> saveAndLoad
    )
    {
        ArgumentNullException.ThrowIfNull(saveAndLoad);
        return CheckRunner.Run("Step 5: save and load", () => SaveAndLoadCheck.Run(saveAndLoad));
    }
}
