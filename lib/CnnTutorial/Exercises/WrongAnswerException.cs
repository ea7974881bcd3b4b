namespace CnnTutorial;

/// <summary>Ends a check with the reason why the learner's code is not right yet.</summary>
/// <param name="expected">What was asked for.</param>
/// <param name="seen">What the code did.</param>
/// <param name="hint">Where to look.</param>
internal sealed class WrongAnswerException(string expected, string seen, string hint) : Exception(seen)
{
    public string Expected => expected;

    public string Hint => hint;

    /// <summary>The same reason in a later part of the check.</summary>
    /// <param name="before">What went before, as whole sentences.</param>
    /// <param name="hint">Where to look besides; a whole sentence.</param>
    public WrongAnswerException After(string before, string hint = "") => new(expected, $"{before} {Message}", $"{Hint} {hint}".Trim());
}
