namespace CnnTutorial;

/// <summary>One question of a <see cref="Quiz"/>.</summary>
/// <param name="Text">The question; what stands between backticks is code.</param>
/// <param name="From">The number of the earlier notebook that it is about; null if it is about this one.</param>
/// <param name="Choices">At least two, one of them right.</param>
internal sealed record QuizQuestion(string Text, string? From, IReadOnlyList<QuizChoice> Choices)
{
    /// <summary>The letter before a choice: a, b, c.</summary>
    public static char Letter(int choice) => (char)('a' + choice);
}

/// <summary>One choice, and the reason why it is right or wrong.</summary>
internal sealed record QuizChoice(string Text, bool IsRight, string Reason);
