namespace CnnTutorial;

/// <summary>Ends a check with the reason why the learner's code is not right yet.</summary>
/// <param name="expected">What was asked for.</param>
/// <param name="seen">What the code did.</param>
/// <param name="hint">Where to look.</param>
internal sealed class WrongAnswerException(string expected, string seen, string hint) : Exception(seen)
{
    public string Expected => expected;

    public string Hint => hint;
}
