using System.Text;
using System.Text.RegularExpressions;

namespace CnnTutorial;

/// <summary>A check's answer. Shows itself as a card: passed, not yet, or what was expected, what was seen, and where to look.</summary>
public sealed partial class CheckResult : IHtmlDisplay
{
    internal CheckResult(CheckStatus status, string step, string seen, string expected = "", string hint = "")
    {
        Status = status;
        Step = step;
        Seen = seen;
        Expected = expected;
        Hint = hint;
    }

    /// <summary>The answer in one word.</summary>
    public CheckStatus Status { get; }

    /// <summary>Whether all that was looked at is right.</summary>
    public bool Passed => Status == CheckStatus.Passed;

    /// <summary>What was checked, such as <c>Step 1: your own data pipeline</c>.</summary>
    public string Step { get; }

    /// <summary>What was asked for; empty if the step is passed or still to be done.</summary>
    public string Expected { get; }

    /// <summary>What the code did.</summary>
    public string Seen { get; }

    /// <summary>Where to look; empty if the step is passed.</summary>
    public string Hint { get; }

    /// <inheritdoc/>
    public string ToHtml()
    {
        var body = new StringBuilder();
        foreach (var (label, text) in Lines)
        {
            body.Append("<div>")
                .Append(label.Length > 0 ? $"<b>{label}:</b> " : "")
                .Append(Code().Replace(Html.Encode(text), "<code>$1</code>"))
                .Append("</div>");
        }

        // By this attribute the live pages count the tasks that are passed.
        return $"<div data-check=\"{State}\">{Html.Card(Title, body.ToString(), Edge)}</div>";
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join('\n', Lines.Select(line => line.Label.Length > 0 ? $"  {line.Label}: {line.Text}" : $"  {line.Text}").Prepend(Title));

    /// <summary>Code in a sentence, as Markdown writes it.</summary>
    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    // A sign and a word beside the colour: not everyone sees the difference between green and red.
    private string Title =>
        Status switch
        {
            CheckStatus.Passed => $"✓ Passed. {Step}",
            CheckStatus.NotYet => $"○ Not yet. {Step}",
            _ => $"✗ Not right yet. {Step}",
        };

    private string State =>
        Status switch
        {
            CheckStatus.Passed => "passed",
            CheckStatus.NotYet => "not-yet",
            _ => "not-right",
        };

    private string Edge =>
        Status switch
        {
            CheckStatus.Passed => Palette.Passed,
            CheckStatus.NotYet => Palette.Open,
            _ => Palette.Failed,
        };

    private IEnumerable<(string Label, string Text)> Lines =>
        new[]
        {
            ("Expected", Expected),
            (Status == CheckStatus.NotRight ? "Seen" : "", Seen),
            (Status == CheckStatus.NotRight ? "Where to look" : "", Hint),
        }.Where(line => line.Item2.Length > 0);
}
