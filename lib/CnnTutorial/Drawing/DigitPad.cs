using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>
/// A paper to draw on, and beside it what a network sees: the 28×28 pixels, and a bar for each class that moves during drawing. The
/// output contains the network, as weights and a small forward pass in JavaScript. So it needs no kernel and works in every notebook
/// program, in an exported page, and offline.
/// </summary>
/// <remarks>
/// The pad computes a <c>Sequential</c> of Conv2d, ReLU, MaxPool2d, Flatten, Linear and Dropout for grey images of 28×28, with up to about
/// 540,000 parameters. For any other network it shows no pad and says why; see <see cref="Problem"/>. The model is only read.
/// </remarks>
public sealed class DigitPad : IHtmlDisplay
{
    private const int Side = 28;
    private readonly DrawingPreparation _preparation;
    private readonly IReadOnlyList<string> _classNames;
    private readonly PortableNetwork? _network;
    private readonly string _thing;

    private readonly bool _layers;

    private DigitPad(
        Module<Tensor, Tensor> model,
        IReadOnlyList<string> classNames,
        DrawingPreparation preparation,
        string thing,
        bool layers
    )
    {
        (_classNames, _preparation, _thing, _layers) = (classNames, preparation, thing, layers);
        try
        {
            _network = PortableNetwork.Of(model, 1, Side, Side);
        }
        catch (NotSupportedException e)
        {
            Problem = $"The drawing pad cannot show this network: {e.Message}.";
            return;
        }

        _network.ThrowIfNamesDiffer(classNames);
    }

    /// <summary>Why the pad cannot show the network, in one sentence; null if it can.</summary>
    public string? Problem { get; }

    /// <summary>A pad for digits: drawings are prepared as the images of MNIST were.</summary>
    /// <param name="model">A network for grey images <c>[N, 1, 28, 28]</c> with pixels from 0 (paper) to 1 (ink), which gives
    /// logits.</param>
    /// <param name="classNames">The name of each class; null for Zero to Nine.</param>
    /// <param name="layers">Whether it also shows the maps of every layer, and where each of their pixels comes from.</param>
    /// <exception cref="ArgumentException">The numbers of classes and names differ.</exception>
    public static DigitPad For(Module<Tensor, Tensor> model, IReadOnlyList<string>? classNames = null, bool layers = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(model, classNames ?? DatasetCatalog.Mnist.ClassNames, DrawingPreparation.Digits, "digit", layers);
    }

    /// <summary>A pad for clothing: drawings are prepared as the images of Fashion-MNIST were. They fill the picture, and what an outline
    /// encloses is filled.</summary>
    /// <param name="model">A network for grey images <c>[N, 1, 28, 28]</c> with pixels from 0 (background) to 1, which gives
    /// logits.</param>
    /// <param name="classNames">The name of each class; null for Fashion-MNIST's.</param>
    /// <param name="layers">Whether it also shows the maps of every layer, and where each of their pixels comes from.</param>
    /// <exception cref="ArgumentException">The numbers of classes and names differ.</exception>
    public static DigitPad ForGarments(Module<Tensor, Tensor> model, IReadOnlyList<string>? classNames = null, bool layers = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(model, classNames ?? DatasetCatalog.FashionMnist.ClassNames, DrawingPreparation.Garments, "garment", layers);
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        if (_network is null)
        {
            return Html.Card("No drawing pad", $"<div>{Html.Encode(Problem!)}</div>");
        }

        var id = $"pad-{Guid.NewGuid():N}";
        var settings = Figure.Json(
            new
            {
                Names = _classNames,
                Empty = $"Draw a {_thing}, and the bars move.",
                Preparation = _preparation,
                Network = _network.ForScript(),
            }
        );
        string[] arguments =
        [
            settings,
            Assets.Text("bars.js"),
            Assets.Text("paper.js"),
            Assets.Text("network.js"),
            Assets.Text("strokes.js"),
        ];
        return DigitPadHtml.Of(id, _thing, _classNames, _layers)
            + Figure.Script(id, "digit-pad.js", _layers ? [.. arguments, Palette.Resolve(Assets.Text("layers.js"))] : arguments);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Problem ?? $"[A pad: draw a {_thing}, and the network says what it sees. It needs a notebook program or page that shows HTML.]";
}
