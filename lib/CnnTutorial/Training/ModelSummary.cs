using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A network's layers as a table, as Keras prints it: name, kind, output shape, number of parameters.</summary>
public sealed partial class ModelSummary : IHtmlDisplay
{
    private static readonly string[] Headers = ["Layer", "Kind", "Output shape", "Parameters"];

    private ModelSummary(IReadOnlyList<LayerSummary> layers) => Layers = layers;

    /// <summary>The layers in the order in which the network holds them.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>The number of weights and biases of all layers.</summary>
    public long Parameters => Layers.Sum(layer => layer.Parameters);

    /// <summary>Sends one empty image through the network and notes the output shape of each layer.</summary>
    /// <param name="model">The network.</param>
    /// <param name="inputShape">The shape of one input, without the batch: 1, 28, 28 for a grey image.</param>
    /// <exception cref="ArgumentException">The network cannot take such an input.</exception>
    public static ModelSummary Of(Module<Tensor, Tensor> model, params long[] inputShape)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputShape);
        var shapes = new Dictionary<string, long[]>();
        var layers = model.named_children().ToList();
        var hooks = layers
            .Where(layer => layer.module is Module<Tensor, Tensor>)
            .Select(layer =>
                ((Module<Tensor, Tensor>)layer.module).register_forward_hook(
                    (_, _, output) =>
                    {
                        shapes[layer.name] = output.shape;
                        return output;
                    }
                )
            )
            .ToList();
        var wasTraining = model.training;
        try
        {
            model.eval();
            using var noGradients = no_grad();
            using var scope = NewDisposeScope();
            model.call(zeros([1, .. inputShape], device: model.parameters().FirstOrDefault()?.device));
        }
        catch (System.Runtime.InteropServices.ExternalException e)
        {
            throw new ArgumentException(
                $"The model does not take an input of shape [N, {string.Join(", ", inputShape)}]: {Explain(e.Message.Split('\n')[0])}",
                nameof(inputShape),
                e
            );
        }
        finally
        {
            hooks.ForEach(hook => hook.remove());
            model.train(wasTraining);
        }

        return new ModelSummary([
            .. layers.Select(layer => new LayerSummary(
                layer.name,
                layer.module.GetType().Name,
                shapes.GetValueOrDefault(layer.name),
                layer.module.parameters().Sum(parameter => parameter.numel())
            )),
        ]);
    }

    /// <inheritdoc/>
    public string ToHtml() => Html.Table("", Headers, Rows, Footer);

    /// <inheritdoc/>
    public override string ToString() => Html.PlainTable("", Headers, Rows, Footer);

    /// <summary>Explains the usual mistake after a layer was changed.</summary>
    private static string Explain(string message) =>
        ShapesThatDoNotFit().Match(message) is { Success: true } shapes
            ? $"a Linear layer gets {shapes.Groups["given"].Value} numbers per image and was made for {shapes.Groups["wanted"].Value}; "
                + $"change the first number of that Linear. ({message})"
            : message;

    [GeneratedRegex(@"shapes cannot be multiplied \(\d+x(?<given>\d+) and (?<wanted>\d+)x\d+\)")]
    private static partial Regex ShapesThatDoNotFit();

    private List<IReadOnlyList<string>> Rows =>
        [.. Layers.Select(layer => (IReadOnlyList<string>)[layer.Name, layer.Kind, layer.ShapeText, $"{layer.Parameters:N0}"])];

    private string[] Footer => ["All layers", "", "", $"{Parameters:N0}"];
}
