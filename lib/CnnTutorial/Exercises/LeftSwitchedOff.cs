using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Finds settings that the learner's code changed and did not restore; the rest of the notebook would run with them.</summary>
internal static class LeftSwitchedOff
{
    /// <summary>Checks the settings and restores them.</summary>
    /// <param name="when">What the learner's code had done, after the word "After".</param>
    /// <exception cref="WrongAnswerException">Gradients are still off, or numbers are made in another type.</exception>
    public static void Check(string when = "your code had ended")
    {
        if (!is_grad_enabled())
        {
            set_grad_enabled(true);
            throw new WrongAnswerException(
                "Gradients that are switched off for a while are on again afterwards.",
                $"After {when}, gradients were still switched off: what is trained next cannot learn, its `backward()` throws.",
                "`using var noGradients = torch.no_grad();` switches them on again at the end of the function. Without `using` they "
                    + "stay off; and at a `yield return` the function has not ended."
            );
        }

        if (get_default_dtype() != ScalarType.Float32)
        {
            var type = get_default_dtype();
            set_default_dtype(ScalarType.Float32);
            throw new WrongAnswerException(
                "Networks and tensors are made as float32, as before.",
                $"After {when}, new tensors were made as {type}.",
                "Leave out `set_default_dtype`: it changes the rest of the notebook."
            );
        }
    }
}
