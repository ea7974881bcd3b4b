namespace CnnTutorial;

/// <summary>The parts of an <see cref="ImageScatter"/> around its chart.</summary>
internal static class ImageScatterHtml
{
    /// <param name="id">The id of the whole.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="count">How many images there are.</param>
    /// <param name="chart">The chart.</param>
    /// <param name="table">The same in numbers.</param>
    public static string Of(string id, string title, int count, string chart, string table) =>
        $"{Figure.Style("image-scatter.css")}<div class=\"cnn-images\" role=\"group\" aria-label=\"{Html.Encode(title)}\" "
        + $"id=\"{id}\"><div class=\"plot\">{chart}"
        + "<div class=\"ring\" aria-hidden=\"true\" data-part=\"ring\" hidden></div>"
        + "<figure class=\"tip\" aria-hidden=\"true\" data-part=\"tip\" hidden><canvas data-part=\"image\"></canvas><figcaption "
        + "data-part=\"caption\"></figcaption></figure></div>"
        + $"<div class=\"choice\"><label>Show image number <input type=\"number\" min=\"0\" max=\"{count - 1}\" step=\"1\" "
        + "data-part=\"number\"></label> <span role=\"status\" data-part=\"said\"></span></div>"
        + $"<details><summary>The same as a table</summary>{table}</details></div>";
}
