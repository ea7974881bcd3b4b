using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Finds a layer of a network by its name.</summary>
internal static class NamedLayer
{
    /// <exception cref="ArgumentException">There is no layer of that name; the message lists the existing names.</exception>
    public static nn.Module Of(Module<Tensor, Tensor> model, string name)
    {
        var layers = model.named_modules().Where(layer => layer.name.Length > 0).ToList();
        return layers.FirstOrDefault(layer => layer.name == name).module
            ?? throw new ArgumentException(
                $"The model has no layer '{name}'; "
                    + (layers.Count == 0 ? "it has no named layers at all" : "name one of these: ")
                    + $"{string.Join(", ", layers.Select(layer => layer.name))}.",
                nameof(name)
            );
    }
}
