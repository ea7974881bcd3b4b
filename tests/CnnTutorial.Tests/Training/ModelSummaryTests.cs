using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class ModelSummaryTests
{
    [Fact]
    public void It_lists_layers_shapes_and_parameters()
    {
        var summary = ModelSummary.Of(Toy.Model(), 1, 8, 8);
        Assert.Equal(["conv", "relu", "pool", "flatten", "dropout", "predictions"], summary.Layers.Select(layer => layer.Name));
        Assert.Equal([1, 4, 4, 4], summary.Layers[2].OutputShape!);
        Assert.Equal((4 * ((3 * 3) + 1)) + ((64 + 1) * 4), summary.Parameters);
        Assert.Contains("[N, 4, 8, 8]", summary.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("All layers", summary.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_leaves_the_model_in_its_mode_and_without_hooks()
    {
        var model = Toy.Model();
        model.train();
        ModelSummary.Of(model, 1, 8, 8);
        Assert.True(model.training);
        Assert.Equal(6, ModelSummary.Of(model, 1, 8, 8).Layers.Count);
    }

    [Fact]
    public void An_input_that_does_not_fit_is_named()
    {
        var error = Assert.Throws<ArgumentException>(() => ModelSummary.Of(Sequential(("fc", Linear(10, 2))), 1, 28, 28));
        Assert.Contains("[N, 1, 28, 28]", error.Message, StringComparison.Ordinal);

        var changed = Assert.Throws<ArgumentException>(() =>
            ModelSummary.Of(Sequential(("flatten", Flatten()), ("fc", Linear(10, 2))), 1, 28, 28)
        );
        Assert.Contains("a Linear layer gets 784 numbers per image and was made for 10", changed.Message, StringComparison.Ordinal);
    }
}
