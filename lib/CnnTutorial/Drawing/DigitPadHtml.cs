using System.Text;

namespace CnnTutorial;

/// <summary>The parts of a <see cref="DigitPad"/> as they stand before its script begins.</summary>
internal static class DigitPadHtml
{
    // The paper and its ink take the page's colours, so they fit light, dark and print; what the network sees is light on black everywhere.
    private const string Style =
        "<style>.cnn-pad{font-family:system-ui,sans-serif;font-size:15px;line-height:1.5;max-width:960px}"
        + ".cnn-pad .parts{display:flex;flex-wrap:wrap;gap:1em 2em;align-items:flex-start}.cnn-pad "
        + "figure{margin:0;max-width:100%}.cnn-pad figcaption{font-weight:600;margin-bottom:.3em}"
        + ".cnn-pad .paper{width:280px;max-width:100%;box-sizing:border-box;aspect-ratio:1;border:2px solid "
        + "#7d8794;border-radius:.4em;background:rgba(128,128,128,.08);touch-action:none;cursor:crosshair;user-select:none;-webkit-user-select:none}"
        + ".cnn-pad .paper svg{display:block;width:100%;height:100%;max-width:none;pointer-events:none}.cnn-pad "
        + "polyline{fill:none;stroke:currentColor;stroke-width:26;stroke-linecap:round;stroke-linejoin:round}"
        + ".cnn-pad circle{fill:none;stroke:#e8820c;stroke-width:3;visibility:hidden}.cnn-pad .paper:focus-visible "
        + "circle{visibility:visible}.cnn-pad .down circle{fill:#e8820c}"
        + ".cnn-pad .paper:focus-visible,.cnn-pad button:focus-visible{outline:3px solid #2a78d6;outline-offset:2px}"
        + ".cnn-pad .buttons{display:flex;gap:.5em;margin-top:.6em}.cnn-pad "
        + "button{font:inherit;min-height:44px;min-width:6em;border:1px solid "
        + "#7d8794;border-radius:.4em;background:rgba(128,128,128,.14);color:inherit;cursor:pointer}"
        + ".cnn-pad canvas{display:block;width:140px;height:140px;image-rendering:pixelated;border:2px solid "
        + "#7d8794;border-radius:.2em;background:#000}"
        + ".cnn-pad .result{flex:1 1 260px;max-width:26em;min-width:0}.cnn-pad .answer{font-size:1.3em;font-weight:600;min-height:1.6em}"
        + ".cnn-pad .result ul[data-part]{list-style:none;margin:0;padding:0}.cnn-pad li{display:grid;grid-template-columns:6.2em 1fr "
        + "4.9em;gap:.5em;align-items:center;margin:0;padding:.06em 0}"
        + ".cnn-pad li b{font-weight:400;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.cnn-pad .first,.cnn-pad "
        + ".first b{font-weight:700}"
        + ".cnn-pad .track{height:.9em;border-radius:.2em;background:rgba(128,128,128,.2);overflow:hidden}.cnn-pad "
        + "i{display:block;height:100%;width:0;background:#7d8794}.cnn-pad .first i{background:#2a78d6}"
        + ".cnn-pad .help{margin:.6em 0;max-width:44em}.cnn-pad "
        + ".spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}"
        + "@media print{.cnn-pad .buttons,.cnn-pad .help{display:none}.cnn-pad "
        + "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}</style>";

    /// <param name="id">The id of the whole.</param>
    /// <param name="thing">What is drawn: a digit, a garment.</param>
    /// <param name="classNames">One bar for each.</param>
    public static string Of(string id, string thing, IReadOnlyList<string> classNames)
    {
        // JupyterLab reads the attribute: single keys are then ours and no commands of the notebook.
        var html = new StringBuilder(Style)
            .Append("<div class=\"cnn-pad\" role=\"group\" aria-label=\"Drawing pad\" data-lm-suppress-shortcuts=\"true\" id=\"")
            .Append(id)
            .Append("\">")
            .Append(
                "<p data-part=\"waiting\">The pad wakes up with its script. If this line stays, run the cell again, or tell the "
                    + "notebook program that you trust this notebook.</p>"
            )
            .Append("<div class=\"parts\"><figure><figcaption>Draw a ")
            .Append(thing)
            .Append("</figcaption>")
            .Append("<div class=\"paper\" tabindex=\"0\" role=\"application\" aria-roledescription=\"paper\" aria-label=\"Paper to draw a ")
            .Append(thing)
            .Append(" on\" aria-describedby=\"")
            .Append(id)
            .Append("-help\" data-part=\"paper\">")
            .Append(
                "<svg viewBox=\"0 0 280 280\" aria-hidden=\"true\"><g data-part=\"ink\"></g><g data-part=\"pen\"><circle "
                    + "r=\"7\"/></g></svg></div>"
            )
            .Append(
                "<div class=\"buttons\"><button type=\"button\" data-part=\"undo\" aria-label=\"Undo the last "
                    + "stroke\">Undo</button><button type=\"button\" data-part=\"clear\" aria-label=\"Clear the "
                    + "paper\">Clear</button></div></figure>"
            )
            .Append(
                "<figure><figcaption>What the network sees</figcaption><canvas width=\"28\" height=\"28\" role=\"img\" aria-label=\"The "
                    + "drawing as 28 × 28 grey levels\" data-part=\"seen\"></canvas></figure>"
            )
            .Append(
                "<div class=\"result\"><div class=\"answer\" aria-hidden=\"true\" data-part=\"answer\"></div><div class=\"spoken\" "
                    + "role=\"status\" aria-live=\"polite\" data-part=\"spoken\"></div><ul aria-label=\"Probabilities\" data-part=\"bars\">"
            );
        foreach (var name in classNames)
        {
            html.Append("<li><span>")
                .Append(Html.Encode(name))
                .Append("</span><span class=\"track\" aria-hidden=\"true\"><i></i></span><b></b></li>");
        }

        return html.Append("</ul></div></div><p class=\"help\" id=\"")
            .Append(id)
            .Append(
                "-help\">With mouse, finger or pen; or by keyboard: the arrow keys move the pen, Home, End, Page Up and Page Down move "
                    + "it aslant, Space puts it down and lifts it, Backspace takes a stroke back, Delete clears the paper."
            )
            .Append(thing == "garment" ? " What an outline encloses is filled." : "")
            .Append("</p></div>")
            .ToString();
    }
}
