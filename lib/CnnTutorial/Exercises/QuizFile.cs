namespace CnnTutorial;

/// <summary>
/// Reads the text of a quiz. It is Markdown: the title, then for each question a heading, a line <c>From: 01</c> where it is about an
/// earlier notebook, and a list of tasks, in which the right choice is ticked. The indented text under a choice is its reason:
/// <code>
/// # Five questions about the data
///
/// ## What happens to … if …?
/// From: 01
///
/// - [ ] A choice.
///   Why it is wrong.
/// - [x] Another choice.
///   Why it is right.
/// </code>
/// </summary>
internal static class QuizFile
{
    /// <exception cref="FormatException">The text is not a quiz; the message names the line and the remedy.</exception>
    public static Quiz Parse(string text, string name)
    {
        string? title = null;
        var questions = new List<(string Text, string? From, List<QuizChoice> Choices, int Line)>();
        var number = 0;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                title = line[2..].Trim();
            }
            else if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                questions.Add((line[3..].Trim(), null, [], number));
            }
            else if (line.Trim().Length > 0)
            {
                if (title is null || questions.Count == 0)
                {
                    throw Wrong(name, number, "stands before the first question; begin with '# title' and '## question'");
                }

                questions[^1] = Read(questions[^1], line, name, number);
            }
        }

        foreach (var question in questions)
        {
            Check(question.Choices, name, question.Line);
        }

        return new(
            title ?? throw Wrong(name, 1, "has no title; begin with '# title'"),
            [.. questions.Select(question => new QuizQuestion(question.Text, question.From, question.Choices))]
        );
    }

    private static (string Text, string? From, List<QuizChoice> Choices, int Line) Read(
        (string Text, string? From, List<QuizChoice> Choices, int Line) question,
        string line,
        string name,
        int number
    )
    {
        var choices = question.Choices;
        if (line.StartsWith("From: ", StringComparison.Ordinal) && choices.Count == 0)
        {
            return question with { From = line[6..].Trim() };
        }

        if (line.StartsWith("- [ ] ", StringComparison.Ordinal) || line.StartsWith("- [x] ", StringComparison.Ordinal))
        {
            choices.Add(new(line[6..].Trim(), line[3] == 'x', ""));
        }
        else if (line.StartsWith("  ", StringComparison.Ordinal) && choices.Count > 0)
        {
            choices[^1] = choices[^1] with { Reason = $"{choices[^1].Reason} {line.Trim()}".Trim() };
        }
        else
        {
            throw Wrong(name, number, "is neither a choice ('- [ ] …' or '- [x] …') nor an indented reason under one");
        }

        return question;
    }

    private static void Check(List<QuizChoice> choices, string name, int line)
    {
        if (choices.Count(choice => choice.IsRight) is not 1 and var right)
        {
            throw Wrong(name, line, $"begins a question with {right} right choices; tick one with '- [x]'");
        }

        if (choices.Count < 2)
        {
            throw Wrong(name, line, "begins a question with nothing to choose from; add a wrong choice");
        }

        if (choices.Find(choice => choice.Reason.Length == 0) is { } silent)
        {
            throw Wrong(name, line, $"begins a question whose choice '{silent.Text}' has no reason; write it indented below the choice");
        }
    }

    private static FormatException Wrong(string name, int line, string what) => new($"{name}: line {line} {what}.");
}
