using System.Globalization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>A network's weights and buffers, by the names that PyTorch gives them too.</summary>
internal static class ModelWeights
{
    /// <summary>Such as <c>fc1.bias [128] Float32</c>.</summary>
    public static string Line(string name, long[] shape, ScalarType type) =>
        $"{name} [{string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture)))}] {type}";

    /// <summary>Copies weights into a network, all of them or none.</summary>
    /// <param name="model">The network.</param>
    /// <param name="weights">One tensor for each of the network's, of its type and shape; others are left out.</param>
    /// <exception cref="InvalidOperationException">One could not be copied; the network is unchanged.</exception>
    public static void Set(Module<Tensor, Tensor> model, IReadOnlyDictionary<string, Tensor> weights)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var changed = new List<(Tensor Tensor, Tensor Before)>();
        foreach (var (name, tensor) in model.state_dict())
        {
            try
            {
                var before = tensor.clone();
                tensor.copy_(weights[name]);
                changed.Add((tensor, before));
            }
            catch (Exception e)
            {
                changed.ForEach(change => change.Tensor.copy_(change.Before));
                throw new InvalidOperationException(
                    $"{name} cannot be written to ({FirstLine(e)}), so the model is unchanged; make a new model and load into that.",
                    e
                );
            }
        }
    }

    /// <summary>The first line of libtorch's message; the further lines name places in its own sources.</summary>
    public static string FirstLine(Exception exception) => exception.Message.Split('\n')[0].TrimEnd('.', ' ');

    /// <summary>The name of the first tensor that holds NaN or an infinite number, or null.</summary>
    public static string? NotFinite(Module<Tensor, Tensor> model)
    {
        using var noGradients = no_grad();
        foreach (var (name, tensor) in model.state_dict())
        {
            using var scope = NewDisposeScope();
            if (tensor.is_floating_point() && !tensor.isfinite().all().item<bool>())
            {
                return name;
            }
        }

        return null;
    }
}
