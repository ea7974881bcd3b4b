namespace CnnTutorial;

/// <summary>The card for tensors that are never freed.</summary>
internal static class TensorLeak
{
    public static WrongAnswerException Of(double tensorsPerBatch, string consequence) =>
        new(
            "Each batch frees the tensors that it made.",
            $"Each batch left {tensorsPerBatch:0} tensors behind. {consequence}",
            "Begin the body of your foreach with `using var scope = torch.NewDisposeScope();`: at the closing brace it frees all that "
                + "was made in it."
        );
}
