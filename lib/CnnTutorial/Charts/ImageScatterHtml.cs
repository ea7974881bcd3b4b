namespace CnnTutorial;

/// <summary>The parts of an <see cref="ImageScatter"/> around its chart.</summary>
internal static class ImageScatterHtml
{
    // Ink on paper, as in the image grids, whatever the page's theme.
    private const string Style =
        "<style>.cnn-images{font-family:system-ui,sans-serif;font-size:15px;line-height:1.5;max-width:760px}.cnn-images "
        + ".plot{position:relative}"
        + ".cnn-images .tip{position:absolute;left:0;top:0;z-index:2;margin:0;padding:6px;box-sizing:border-box;width:132px;text-align:center;font-size:13px;line-height:1.3;background:#fff;color:#101820;border:1px solid #7d8794;border-radius:.4em;pointer-events:none}"
        + ".cnn-images canvas{display:block;width:112px;height:auto;margin:0 auto 4px;image-rendering:pixelated}"
        + ".cnn-images .ring{position:absolute;left:0;top:0;z-index:1;width:16px;height:16px;box-sizing:border-box;border:2px solid "
        + "currentColor;border-radius:50%;pointer-events:none}"
        + ".cnn-images [hidden]{display:none}.cnn-images label{display:inline-flex;align-items:center;gap:.5em}"
        + ".cnn-images input{font:inherit;min-height:2.4em;width:6em;box-sizing:border-box;padding:0 .5em;border:1px solid "
        + "#7d8794;border-radius:.4em;background:rgba(128,128,128,.14);color:inherit}"
        + ".cnn-images input:focus-visible,.cnn-images summary:focus-visible{outline:3px solid #2a78d6;outline-offset:2px}.cnn-images "
        + "summary{cursor:pointer;min-height:2em;margin-top:.4em}"
        + "@media print{.cnn-images .choice{display:none}}</style>";

    /// <param name="id">The id of the whole.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="count">How many images there are.</param>
    /// <param name="chart">The chart.</param>
    /// <param name="table">The same in numbers.</param>
    public static string Of(string id, string title, int count, string chart, string table) =>
        $"{Style}<div class=\"cnn-images\" role=\"group\" aria-label=\"{Html.Encode(title)}\" id=\"{id}\"><div class=\"plot\">{chart}"
        + "<div class=\"ring\" aria-hidden=\"true\" data-part=\"ring\" hidden></div>"
        + "<figure class=\"tip\" aria-hidden=\"true\" data-part=\"tip\" hidden><canvas data-part=\"image\"></canvas><figcaption "
        + "data-part=\"caption\"></figcaption></figure></div>"
        + $"<div class=\"choice\"><label>Show image number <input type=\"number\" min=\"0\" max=\"{count - 1}\" step=\"1\" "
        + "data-part=\"number\"></label> <span role=\"status\" data-part=\"said\"></span></div>"
        + $"<details><summary>The same as a table</summary>{table}</details></div>";
}
