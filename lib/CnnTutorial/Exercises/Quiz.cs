using System.Reflection;
using System.Text;

namespace CnnTutorial;

/// <summary>
/// The five questions at the end of a notebook, as a card: the learner chooses, and sees at once whether it is right, and why. The card
/// needs no kernel. A choice stays in the page and is sent nowhere.
/// </summary>
/// <remarks>The questions stand in <c>Exercises/Quizzes</c>, one file for each notebook; <see cref="QuizFile"/> describes the
/// format.</remarks>
public sealed class Quiz : IHtmlDisplay
{
    private const string Folder = "Exercises/Quizzes/";

    internal Quiz(string title, IReadOnlyList<QuizQuestion> questions) => (Title, Questions) = (title, questions);

    internal string Title { get; }

    internal IReadOnlyList<QuizQuestion> Questions { get; }

    /// <summary>The numbers of the notebooks that have a quiz, in order.</summary>
    public static IReadOnlyList<string> Notebooks { get; } =
    [
        .. Assembly
            .GetExecutingAssembly()
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..].Split('.')[0])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The quiz of a notebook.</summary>
    /// <param name="notebook">The number that the notebook's file name begins with, such as <c>"02"</c>.</param>
    /// <exception cref="ArgumentException">The notebook has no quiz.</exception>
    public static Quiz For(string notebook)
    {
        ArgumentNullException.ThrowIfNull(notebook);
        if (!Notebooks.Contains(notebook))
        {
            throw new ArgumentException(
                $"There is no quiz '{notebook}'. There is one for {string.Join(", ", Notebooks)}.",
                nameof(notebook)
            );
        }

        var name = $"{notebook}.md";
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + name)!;
        using var reader = new StreamReader(stream);
        return QuizFile.Parse(reader.ReadToEnd(), name);
    }

    /// <inheritdoc/>
    public string ToHtml() => QuizHtml.Of(this);

    /// <summary>The questions and their choices; the answers need a program that shows HTML.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Title);
        foreach (var (question, number) in Questions.Select((question, i) => (question, i + 1)))
        {
            text.Append("\n\n").Append(number).Append(". ").Append(question.Text);
            foreach (var (choice, i) in question.Choices.Select((choice, i) => (choice, i)))
            {
                text.Append("\n   ").Append(QuizQuestion.Letter(i)).Append(") ").Append(choice.Text);
            }
        }

        return text.Append("\n\n[The answers and their reasons need a notebook program or page that shows HTML.]").ToString();
    }
}
