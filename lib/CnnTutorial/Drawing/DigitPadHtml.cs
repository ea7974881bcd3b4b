using System.Text;

namespace CnnTutorial;

/// <summary>The HTML of a <see cref="DigitPad"/> before its script runs, and parts of it for other pads.</summary>
internal static class DigitPadHtml
{
    public const string Waiting =
        "<p data-part=\"waiting\">The pad starts with its script. If this line stays, run the cell again, or tell the notebook program "
        + "that you trust this notebook.</p>";

    public const string Seen =
        "<figure><figcaption>What the network sees</figcaption><canvas width=\"28\" height=\"28\" role=\"img\" aria-label=\"The drawing as "
        + "28 × 28 grey levels\" data-part=\"seen\"></canvas></figure>";

    public const string Layers = "<div class=\"layers\" data-part=\"layers\"></div>";

    public const string Keys =
        "With mouse, finger or pen; or by keyboard: the arrow keys move the pen, Home, End, Page Up and Page Down move it diagonally, "
        + "Space puts it down and lifts it, Backspace undoes a stroke, Delete clears the paper.";

    /// <summary>The paper with its buttons; the figure is left open.</summary>
    public static string Paper(string id, string thing) =>
        $"<figure><figcaption>Draw a {thing}</figcaption><div class=\"paper\" tabindex=\"0\" role=\"application\" "
        + $"aria-roledescription=\"paper\" aria-label=\"Paper to draw a {thing} on\" aria-describedby=\"{id}-help\" data-part=\"paper\">"
        + "<svg viewBox=\"0 0 280 280\" aria-hidden=\"true\"><g data-part=\"ink\"></g><g data-part=\"pen\"><circle r=\"7\"/></g></svg>"
        + "</div>"
        + "<div class=\"buttons\"><button type=\"button\" data-part=\"undo\" aria-label=\"Undo the last stroke\">Undo</button>"
        + "<button type=\"button\" data-part=\"clear\" aria-label=\"Clear the paper\">Clear</button></div>";

    /// <param name="id">The id of the whole.</param>
    /// <param name="thing">What is drawn: a digit, a garment.</param>
    /// <param name="classNames">One bar for each.</param>
    /// <param name="layers">Whether the maps of every layer follow.</param>
    public static string Of(string id, string thing, IReadOnlyList<string> classNames, bool layers)
    {
        // JupyterLab reads the attribute: single keys then belong to the figure and are not commands of the notebook.
        return new StringBuilder(Figure.Style("digit-pad.css"))
            .Append(layers ? Figure.Style("layers.css") : "")
            .Append("<div class=\"cnn-pad\" role=\"group\" aria-label=\"Drawing pad\" data-lm-suppress-shortcuts=\"true\" id=\"")
            .Append(id)
            .Append("\">")
            .Append(Waiting)
            .Append("<div class=\"parts\">")
            .Append(Paper(id, thing))
            .Append("</figure>")
            .Append(Seen)
            .Append(Result(classNames))
            .Append("</div>")
            .Append(layers ? Layers : "")
            .Append($"<p class=\"help\" id=\"{id}-help\">{Keys}")
            .Append(thing == "garment" ? " The inside of an outline is filled." : "")
            .Append("</p></div>")
            .ToString();
    }

    /// <summary>The answer, and a bar for each class.</summary>
    public static string Result(IReadOnlyList<string> classNames)
    {
        var html = new StringBuilder(
            "<div class=\"result\"><div class=\"answer\" aria-hidden=\"true\" data-part=\"answer\"></div><div class=\"spoken\" "
                + "role=\"status\" aria-live=\"polite\" data-part=\"spoken\"></div><ul aria-label=\"Probabilities\" data-part=\"bars\">"
        );
        foreach (var name in classNames)
        {
            html.Append("<li><span>")
                .Append(Html.Encode(name))
                .Append("</span><span class=\"track\" aria-hidden=\"true\"><i></i></span><b></b></li>");
        }

        return html.Append("</ul></div>").ToString();
    }
}
