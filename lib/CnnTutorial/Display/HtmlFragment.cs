namespace CnnTutorial;

/// <summary>A piece of HTML with the plain text that stands for it where HTML cannot be shown.</summary>
/// <param name="html">The HTML; what comes from data must be encoded already.</param>
/// <param name="plainText">The same in words.</param>
public sealed class HtmlFragment(string html, string plainText) : IHtmlDisplay
{
    /// <inheritdoc/>
    public string ToHtml() => html;

    /// <inheritdoc/>
    public override string ToString() => plainText;
}
