using System.Net;
using System.Text.RegularExpressions;

namespace CnnTutorial.Tests.Exercises;

/// <summary>The questions of every notebook, and what the reader of their files says to mistakes. The card is tested in a browser, in
/// Notebooks.Tests.</summary>
public sealed partial class QuizTests
{
    private const string Good = "# Five questions\n\n## What if?\nFrom: 00\n\n- [ ] `a`\n  No.\n- [x] b\n  Yes,\n  indeed.\n";

    public static TheoryData<string> Notebooks => [.. Quiz.Notebooks];

    [Fact]
    public void Every_notebook_of_the_course_has_a_quiz() =>
        Assert.Equal(["00", "01", "02", "03", "04", "05", "06", "07", "08"], Quiz.Notebooks);

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void Five_questions_each_with_one_right_choice_and_a_reason_for_every_choice(string notebook)
    {
        var quiz = Quiz.For(notebook);
        Assert.Equal(5, quiz.Questions.Count);
        Assert.StartsWith("Five questions about ", quiz.Title, StringComparison.Ordinal);
        Assert.All(
            quiz.Questions,
            question =>
            {
                Assert.InRange(question.Choices.Count, 3, 4);
                Assert.Single(question.Choices, choice => choice.IsRight);
                Assert.EndsWith("?", question.Text, StringComparison.Ordinal);
                Assert.All(question.Choices, choice => Assert.Matches(@"[.!:”]$|\.\)$|\d$|I − 2\.$", choice.Reason));
                Assert.Distinct(question.Choices.Select(choice => choice.Text));
                Assert.Distinct(question.Choices.Select(choice => choice.Reason));
            }
        );
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void Two_questions_are_about_earlier_notebooks(string notebook)
    {
        // Before 00 there is nothing.
        var from = Quiz.For(notebook).Questions.Where(question => question.From is not null).Select(question => question.From!).ToList();
        Assert.Equal(notebook == "00" ? 0 : 2, from.Count);
        Assert.All(from, earlier => Assert.True(Quiz.Notebooks.Contains(earlier) && string.CompareOrdinal(earlier, notebook) < 0, earlier));
    }

    [Fact]
    public void Neither_the_place_nor_the_length_of_a_choice_gives_it_away()
    {
        var questions = Quiz.Notebooks.SelectMany(notebook => Quiz.For(notebook).Questions).ToList();
        var places = questions
            .CountBy(question => question.Choices.ToList().FindIndex(choice => choice.IsRight))
            .Select(place => place.Value);
        Assert.All(places, count => Assert.InRange(count, questions.Count / 4, questions.Count / 2));
        var longest = questions.Count(question =>
            question.Choices.MaxBy(choice => choice.Text.Length) is { IsRight: true }
            && question
                .Choices.Where(choice => !choice.IsRight)
                .All(choice => choice.Text.Length < question.Choices.Max(one => one.Text.Length))
        );
        Assert.InRange(longest, 0, questions.Count / 2);
    }

    [Fact]
    public void The_card_holds_every_text_and_the_plain_text_no_answer()
    {
        foreach (var quiz in Quiz.Notebooks.Select(Quiz.For))
        {
            var shown = Squeeze(WebUtility.HtmlDecode(Tag().Replace(quiz.ToHtml(), "")));
            foreach (var question in quiz.Questions)
            {
                Assert.Contains(Squeeze(question.Text.Replace("`", "")), shown, StringComparison.Ordinal);
                Assert.Contains(question.Text, quiz.ToString(), StringComparison.Ordinal);
                foreach (var choice in question.Choices)
                {
                    Assert.Contains(Squeeze(choice.Reason.Replace("`", "")), shown, StringComparison.Ordinal);
                    Assert.Contains(choice.Text, quiz.ToString(), StringComparison.Ordinal);
                    Assert.DoesNotContain(choice.Reason, quiz.ToString(), StringComparison.Ordinal);
                }
            }
        }

        static string Squeeze(string text) => Space().Replace(text, " ");
    }

    [Fact]
    public void A_file_is_read_as_it_is_written()
    {
        var question = Assert.Single(QuizFile.Parse(Good, "x.md").Questions);
        Assert.Equal(("What if?", "00"), (question.Text, question.From));
        Assert.Equal([new("`a`", false, "No."), new("b", true, "Yes, indeed.")], question.Choices);
        var html = QuizFile.Parse(Good.Replace("`a`", "`a<b>`"), "x.md").ToHtml();
        Assert.Contains("<code>a&lt;b&gt;</code>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("# Five questions\n\n", "Hello\n\n", "line 1 stands before the first question; begin with '# title' and '## question'")]
    [InlineData("- [x] b", "- [ ] b", "line 3 begins a question with 0 right choices; tick one with '- [x]'")]
    [InlineData("- [ ] `a`", "- [x] `a`", "line 3 begins a question with 2 right choices; tick one with '- [x]'")]
    [InlineData("  No.\n", "", "line 3 begins a question whose choice '`a`' has no reason; write it indented below the choice")]
    [InlineData("- [ ] `a`\n  No.\n", "", "line 3 begins a question with nothing to choose from; add a wrong choice")]
    [InlineData("- [ ] `a`", "* a", "line 6 is neither a choice ('- [ ] …' or '- [x] …') nor an indented reason under one")]
    public void What_is_no_quiz_is_refused_with_the_line_and_the_remedy(string part, string instead, string message) =>
        Assert.Equal(
            $"x.md: {message}.",
            Assert.Throws<FormatException>(() => QuizFile.Parse(Good.Replace(part, instead), "x.md")).Message
        );

    [Fact]
    public void A_notebook_without_a_quiz_is_named() =>
        Assert.StartsWith(
            "There is no quiz '99'. There is one for 00, 01, 02",
            Assert.Throws<ArgumentException>(() => Quiz.For("99")).Message,
            StringComparison.Ordinal
        );

    [GeneratedRegex("<style.*?</style>|<script>.*?</script>|<[^>]+>", RegexOptions.Singleline)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
