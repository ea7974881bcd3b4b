using System.Text;

namespace CnnTutorial;

/// <summary>
/// A figure in which a kernel scans an image. The reader chooses image size, kernel size, stride and padding, and steps or plays through
/// the positions. It needs no running notebook, so it also works in a page.
/// </summary>
public sealed class ConvolutionExplorer : IHtmlDisplay
{
    private readonly (int Image, int Kernel, int Stride, int Padding) _start;

    /// <summary>Chooses where the figure begins.</summary>
    /// <param name="imageSize">The side of the image in pixels, 3 to 10.</param>
    /// <param name="kernelSize">The side of the kernel in pixels, 1 to 7.</param>
    /// <param name="stride">Pixels from one position to the next, 1 to 4.</param>
    /// <param name="padding">Pixels of zero around the image, 0 to 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public ConvolutionExplorer(int imageSize = 6, int kernelSize = 3, int stride = 1, int padding = 0)
    {
        ThrowIfOutside(imageSize, 3, 10, nameof(imageSize));
        ThrowIfOutside(kernelSize, 1, 7, nameof(kernelSize));
        ThrowIfOutside(stride, 1, 4, nameof(stride));
        ThrowIfOutside(padding, 0, 3, nameof(padding));
        _start = (imageSize, kernelSize, stride, padding);
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        var id = $"scan-{Guid.NewGuid():N}";
        var html = new StringBuilder(Figure.Style("convolution.css"))
            .Append("<div class=\"cnn-scan\" role=\"group\" aria-label=\"A kernel scans an image\" id=\"")
            .Append(id)
            .Append("\"><div class=\"choices\">");
        Slider(html, "Image size <i>I</i>", "image", 3, 10, _start.Image);
        Slider(html, "Kernel size <i>K</i>", "kernel", 1, 7, _start.Kernel);
        Slider(html, "Stride <i>S</i>", "stride", 1, 4, _start.Stride);
        Slider(html, "Padding <i>P</i>", "padding", 0, 3, _start.Padding);
        html.Append(
                "<label>Kernel for<select data-part=\"weights\"><option value=\"vertical\">vertical edges</option><option "
                    + "value=\"horizontal\">horizontal edges</option><option value=\"blur\">blur</option></select></label></div>"
            )
            .Append(
                "<div class=\"formula line\" data-part=\"formula\"></div><div class=\"line\" role=\"status\" "
                    + "data-part=\"note\"></div><div class=\"buttons\">"
            );
        foreach (var (part, text) in new[] { ("first", "Start"), ("back", "Back"), ("play", "Play"), ("next", "Step") })
        {
            html.Append("<button type=\"button\" data-part=\"").Append(part).Append("\">").Append(text).Append("</button>");
        }

        html.Append("</div><div class=\"line\" aria-live=\"polite\" data-part=\"sum\"></div><div class=\"grids\">");
        foreach (var (part, title) in new[] { ("input", "input-title"), ("kernel-grid", "kernel-title"), ("output", "output-title") })
        {
            html.Append("<figure><figcaption data-part=\"")
                .Append(title)
                .Append("\"></figcaption><div data-part=\"")
                .Append(part)
                .Append("\"></div></figure>");
        }

        return html.Append("</div></div>").Append(Figure.Script(id, "convolution.js")).ToString();
    }

    /// <inheritdoc/>
    public override string ToString() =>
        "[An interactive figure: a kernel scans an image. It needs a notebook program or page that shows HTML.]";

    private static void Slider(StringBuilder html, string title, string part, int from, int to, int value) =>
        html.Append("<label><span>")
            .Append(title)
            .Append(" = <b data-part=\"")
            .Append(part)
            .Append("-value\">")
            .Append(value)
            .Append("</b></span><input type=\"range\" data-part=\"")
            .Append(part)
            .Append("\" min=\"")
            .Append(from)
            .Append("\" max=\"")
            .Append(to)
            .Append("\" value=\"")
            .Append(value)
            .Append("\"></label>");

    private static void ThrowIfOutside(int value, int from, int to, string name)
    {
        if (value < from || value > to)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The figure takes a {name} from {from} to {to}.");
        }
    }
}
