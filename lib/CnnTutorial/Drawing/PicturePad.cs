using System.Text;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>
/// A place to drop a picture, and beside it what a network makes of it: a bar for each class, the maps of every layer, and where each of
/// their pixels comes from. The output contains the network, so it needs no kernel and works in every notebook program and offline.
/// </summary>
/// <remarks>
/// It computes the same networks as <see cref="DigitPad"/>, for images of any size, grey or in colour. A browser scales a picture a little
/// differently from <see cref="Datasets.ReadPicture"/>, so probabilities of a dropped file can differ slightly from those in C#; for the
/// same pixels they are the same. The model is only read.
/// </remarks>
public sealed class PicturePad : IHtmlDisplay
{
    private const int MostExamples = 12;

    private readonly IReadOnlyList<string> _classNames;
    private readonly ImageSplit _examples;
    private readonly PortableNetwork? _network;

    private PicturePad(Module<Tensor, Tensor> model, ImageSplit examples, IReadOnlyList<string> classNames)
    {
        (_classNames, _examples) = (classNames, examples);
        try
        {
            _network = PortableNetwork.Of(model, examples.Channels, examples.Rows, examples.Columns);
        }
        catch (NotSupportedException e)
        {
            Problem = $"The picture pad cannot show this network: {e.Message}.";
            return;
        }

        _network.ThrowIfNamesDiffer(classNames);
    }

    /// <summary>Why the pad cannot show the network, in one sentence; null if it can.</summary>
    public string? Problem { get; }

    /// <summary>A pad for pictures such as those that a network has learned from.</summary>
    /// <param name="model">A network for images <c>[N, C, H, W]</c> with pixels from 0 to 1, which gives logits.</param>
    /// <param name="examples">Images of the shape that it takes; the first twelve can be chosen in the page.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <exception cref="ArgumentException">The numbers of classes and names differ.</exception>
    public static PicturePad For(Module<Tensor, Tensor> model, ImageSplit examples, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(classNames);
        return new(model, examples, classNames);
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        if (_network is null)
        {
            return Html.Card("No picture pad", $"<div>{Html.Encode(Problem!)}</div>");
        }

        var id = $"picture-pad-{Guid.NewGuid():N}";
        // Beside a large network there may be no room; a picture can then still be dropped.
        var fitting = _network.BytesLeft / (_examples.Channels * _examples.Rows * _examples.Columns);
        var examples = _examples.Take(Math.Min(_examples.Count, Math.Min(MostExamples, fitting)));
        var settings = Figure.Json(
            new
            {
                Names = _classNames,
                Empty = "Choose a picture.",
                Shape = examples.ImageShape,
                Examples = Convert.ToBase64String(examples.Images),
                Labels = examples.Labels.Select(label => (int)label),
                Network = _network.ForScript(),
            }
        );
        return new StringBuilder(Figure.Style("digit-pad.css"))
            .Append(Figure.Style("layers.css"))
            .Append(Figure.Style("picture-pad.css"))
            // JupyterLab reads the attribute: single keys then belong to the figure and are not commands of the notebook.
            .Append("<div class=\"cnn-pad cnn-picture-pad\" role=\"group\" aria-label=\"Picture pad\" ")
            .Append($"data-lm-suppress-shortcuts=\"true\" id=\"{id}\">")
            .Append(DigitPadHtml.Waiting)
            .Append($"<div class=\"parts\"><div class=\"choose\"><label for=\"{id}-file\">Choose or drop a picture</label>")
            .Append($"<input type=\"file\" accept=\"image/*\" id=\"{id}-file\" data-part=\"file\">")
            .Append("<p class=\"message\" role=\"status\" data-part=\"message\"></p>")
            .Append("<div class=\"examples\" role=\"group\" aria-label=\"Pictures to choose from\" data-part=\"examples\"></div></div>")
            .Append("<figure><figcaption>What the network sees</figcaption>")
            .Append($"<canvas width=\"{_examples.Columns}\" height=\"{_examples.Rows}\" role=\"img\" ")
            .Append($"aria-label=\"The picture as {_examples.Rows} × {_examples.Columns} pixels\" data-part=\"seen\"></canvas></figure>")
            .Append(DigitPadHtml.Result(_classNames))
            .Append("</div>")
            .Append(DigitPadHtml.Layers)
            .Append("</div>")
            .Append(
                Figure.Script(
                    id,
                    "picture-pad.js",
                    settings,
                    Assets.Text("bars.js"),
                    Assets.Text("network.js"),
                    Palette.Resolve(Assets.Text("layers.js"))
                )
            )
            .ToString();
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Problem ?? "[A pad: choose a picture, and the network says what it sees. It needs a notebook program or page that shows HTML.]";
}
