using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class PrecisionTests
{
    [Fact]
    public void BFloat16_learns_and_its_weights_stay_float32()
    {
        Assert.SkipUnless(Precisions.ProcessorHasBFloat16(), "This processor has no instructions for bfloat16.");
        var model = Toy.Model();
        var trainer = new Trainer(model, CrossEntropyLoss(), optim.Adam(model.parameters(), 0.01), precision: Precision.BFloat16);
        var history = trainer.Fit(Toy.Images(600, 1), Toy.Images(200, 2), epochs: 5, batchSize: 32);

        Assert.True(history.Last.Validation!.Accuracy > 0.99, $"{history.Last.Validation.Accuracy}");
        Assert.All(model.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        Assert.All(Toy.Weights(model), weight => Assert.True(float.IsFinite(weight)));
    }

    [Fact]
    public void A_step_in_bfloat16_is_near_the_one_in_float32_and_not_the_same()
    {
        using var scope = NewDisposeScope();
        var model = Toy.Model();
        model.eval();
        var images = rand(16, 1, Toy.Size, Toy.Size);
        var (exact, rounded) = (ForwardPass.Of(model)(images), ForwardPass.InBFloat16(model)(images));
        var difference = (exact - rounded).abs().max().item<float>();
        // 8 binary digits: about 0.4 % of numbers near 1, in each of two layers.
        Assert.InRange(difference, 1e-7f, 0.02f);
        Assert.Equal(ScalarType.Float32, rounded.dtype);
    }

    [Fact]
    public void A_processor_without_it_is_told_so()
    {
        var message = Assert.Throws<NotSupportedException>(() => Precisions.ThrowIfSlow(Precision.BFloat16, CPU, processorHasBFloat16: false)).Message;
        Assert.Contains("bfloat16", message, StringComparison.Ordinal);
        Precisions.ThrowIfSlow(Precision.Float32, CPU, processorHasBFloat16: false);
    }

    [Fact]
    public void A_network_that_decides_itself_how_to_compute_is_refused()
    {
        using var own = new Doubling();
        Assert.Contains("Sequential", Assert.Throws<NotSupportedException>(() => ForwardPass.InBFloat16(own)).Message, StringComparison.Ordinal);
    }

    private sealed class Doubling() : Module<Tensor, Tensor>(nameof(Doubling))
    {
        public override Tensor forward(Tensor input) => input * 2;
    }
}
