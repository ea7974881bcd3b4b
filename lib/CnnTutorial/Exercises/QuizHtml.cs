using System.Text;

namespace CnnTutorial;

/// <summary>A <see cref="Quiz"/> as HTML. Choices also unfold if a host runs no scripts; the script counts the answers and reads them
/// aloud.</summary>
internal static class QuizHtml
{
    public static string Of(Quiz quiz)
    {
        var id = $"quiz-{Guid.NewGuid():N}";
        var html = new StringBuilder(Figure.Style("quiz.css"));
        // JupyterLab reads the attribute: single keys then belong to the quiz and are not commands of the notebook.
        html.Append("<div class=\"cnn-quiz\" role=\"group\" data-lm-suppress-shortcuts=\"true\" aria-label=\"")
            .Append(Html.Encode(quiz.Title))
            .Append("\" id=\"")
            .Append(id)
            .Append("\"><p class=\"intro\">Choose what you think is right: the card tells you at once whether it is, and why.</p>")
            .Append("<ol>");
        for (var i = 0; i < quiz.Questions.Count; i++)
        {
            AppendQuestion(html, quiz.Questions[i], $"{id}-{i + 1}");
        }

        html.Append("</ol><p class=\"score\" hidden><span data-part=\"score\"></span> <button type=\"button\">Start again</button></p>")
            .Append("<div class=\"spoken\" role=\"status\" aria-live=\"polite\" data-part=\"spoken\"></div>");
        AppendAnswers(html, quiz);
        return html.Append("</div>").Append(Figure.Script(id, "quiz.js")).ToString();
    }

    private static void AppendQuestion(StringBuilder html, QuizQuestion question, string id)
    {
        html.Append("<li class=\"question\" data-question><p id=\"").Append(id).Append("\">");
        AppendText(html, question.Text);
        if (question.From is not null)
        {
            html.Append(" <small>(from ").Append(Html.Encode(question.From)).Append(")</small>");
        }

        html.Append("</p><div role=\"group\" aria-labelledby=\"").Append(id).Append("\">");
        for (var i = 0; i < question.Choices.Count; i++)
        {
            var choice = question.Choices[i];
            html.Append("<details class=\"").Append(choice.IsRight ? "right" : "wrong").Append("\"><summary><b>");
            html.Append(QuizQuestion.Letter(i)).Append(")</b> <span>");
            AppendText(html, choice.Text);
            html.Append("</span></summary><p><strong>").Append(choice.IsRight ? "Right." : "Not this one.").Append("</strong> ");
            AppendText(html, choice.Reason);
            html.Append("</p></details>");
        }

        html.Append("</div></li>");
    }

    /// <summary>For paper only: a page of its own, after the questions.</summary>
    private static void AppendAnswers(StringBuilder html, Quiz quiz)
    {
        html.Append("<div class=\"answers\"><p><strong>Answers</strong></p><ol>");
        foreach (var question in quiz.Questions)
        {
            html.Append("<li>");
            for (var i = 0; i < question.Choices.Count; i++)
            {
                var choice = question.Choices[i];
                html.Append("<p><b>").Append(QuizQuestion.Letter(i)).Append(choice.IsRight ? ") Right.</b> " : ") Wrong.</b> ");
                AppendText(html, choice.Reason);
                html.Append("</p>");
            }

            html.Append("</li>");
        }

        html.Append("</ol></div>");
    }

    private static void AppendText(StringBuilder html, string text)
    {
        var parts = text.Split('`');
        for (var i = 0; i < parts.Length; i++)
        {
            html.Append(i % 2 == 1 ? "<code>" : "").Append(Html.Encode(parts[i])).Append(i % 2 == 1 ? "</code>" : "");
        }
    }
}
