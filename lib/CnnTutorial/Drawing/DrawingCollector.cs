using System.Text;

namespace CnnTutorial;

/// <summary>
/// A paper to draw pictures of one's own on, one after another, each with the name of its class; a photo of a drawing can be dropped on it,
/// too. <i>Copy as text</i> puts them on the clipboard as lines that <see cref="Drawings.Parse"/> reads. It needs no kernel, so it works in
/// every notebook program and offline.
/// </summary>
/// <remarks>Drawings are prepared as the images of MNIST were: 28×28 grey levels, scaled into 20×20 with the centre of mass in the
/// middle.</remarks>
/// <param name="classNames">The classes to begin with; others can be named in the page.</param>
public sealed class DrawingCollector(params string[] classNames) : IHtmlDisplay
{
    /// <inheritdoc/>
    public string ToHtml()
    {
        var id = $"collector-{Guid.NewGuid():N}";
        var settings = Figure.Json(new { Names = classNames, Preparation = DrawingPreparation.Digits });
        return new StringBuilder(Figure.Style("digit-pad.css"))
            .Append(Figure.Style("drawing-collector.css"))
            // JupyterLab reads the attribute: single keys then belong to the figure and are not commands of the notebook.
            .Append("<div class=\"cnn-pad cnn-collector\" role=\"group\" aria-label=\"Drawing pad that collects\" ")
            .Append($"data-lm-suppress-shortcuts=\"true\" id=\"{id}\">")
            .Append(DigitPadHtml.Waiting)
            .Append("<div class=\"parts\">")
            .Append(DigitPadHtml.Paper(id, "symbol"))
            .Append($"<label for=\"{id}-file\">Or a photo of a drawing</label>")
            .Append($"<input type=\"file\" accept=\"image/*\" id=\"{id}-file\" data-part=\"file\"></figure>")
            .Append(DigitPadHtml.Seen)
            .Append($"<div class=\"controls\"><label for=\"{id}-name\">Its class</label>")
            .Append($"<input type=\"text\" id=\"{id}-name\" maxlength=\"40\" autocomplete=\"off\" data-part=\"name\">")
            .Append("<div class=\"classes\" role=\"group\" aria-label=\"Classes so far\" data-part=\"classes\"></div>")
            .Append("<button type=\"button\" data-part=\"next\">Next</button>")
            .Append("<p class=\"message\" role=\"status\" data-part=\"message\"></p>")
            .Append("<div class=\"spoken\" role=\"status\" aria-live=\"polite\" data-part=\"spoken\"></div></div></div>")
            .Append("<ul class=\"kept\" aria-label=\"Drawings so far\" data-part=\"kept\"></ul>")
            .Append($"<label for=\"{id}-text\">The drawings as text</label>")
            .Append($"<textarea readonly id=\"{id}-text\" data-part=\"text\"></textarea>")
            .Append("<div class=\"buttons\"><button type=\"button\" data-part=\"copy\" disabled>Copy as text</button></div>")
            .Append($"<p class=\"help\" id=\"{id}-help\">{DigitPadHtml.Keys}")
            .Append(" The drawings are in this page alone, and gone when it is loaded again: copy the text before.</p></div>")
            .Append(Figure.Script(id, "drawing-collector.js", settings, Assets.Text("paper.js"), Assets.Text("strokes.js")))
            .ToString();
    }

    /// <inheritdoc/>
    public override string ToString() =>
        "[A pad: draw, name the class, next; then copy all drawings as text. It needs a notebook program or page that shows HTML.]";
}
