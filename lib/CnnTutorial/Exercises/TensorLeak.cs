namespace CnnTutorial;

/// <summary>The card for tensors that are never freed.</summary>
internal static class TensorLeak
{
    private const int BatchesAnEpoch = 235;

    /// <param name="perBatch">How many tensors each batch leaves behind, as measured.</param>
    /// <param name="whose">What left them, at the beginning of a sentence.</param>
    public static WrongAnswerException Of(double perBatch, string whose) =>
        new(
            "Each batch frees the tensors that it made.",
            $"{whose} left {Tensors(perBatch)} behind with each batch. An epoch of 60,000 images in batches of 256 has {BatchesAnEpoch} of "
                + $"them: that makes {perBatch * BatchesAnEpoch:N0} tensors in memory at its end.",
            "Begin the body of your foreach with `using var scope = torch.NewDisposeScope();`: at the closing brace it frees all that was "
                + "made in it; one around the whole loop frees them too late. Or write `using var` before each tensor. Is your sum a "
                + "tensor? It keeps all that it was computed from: add up numbers, which `.item<float>()` takes out."
        );

    /// <param name="perStep">How many tensors each step leaves behind, as measured.</param>
    /// <param name="steps">How many steps there were.</param>
    public static WrongAnswerException OfSteps(double perStep, int steps) =>
        new(
            "Each step frees the tensors that it made.",
            $"Each step left {Tensors(perStep)} behind: {perStep * steps:N0} after {steps} steps.",
            "Begin the body of your loop with `using var scope = torch.NewDisposeScope();`: at the closing brace it frees all that "
                + "was made in "
                + "it."
        );

    /// <summary>Such as <c>1 tensor</c>.</summary>
    public static string Tensors(double count) => $"{count:0.#} {(Math.Abs(count - 1) < 0.05 ? "tensor" : "tensors")}";
}
