using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class AdamStepTests
{
    // 37 is no multiple of any vector's length, so that a remainder is left.
    private static Parameter[] Weights()
    {
        manual_seed(1);
        return [new Parameter(randn(37)), new Parameter(randn(5, 3)), new Parameter(randn(2, 3, 3, 3))];
    }

    private static float[] Train(Func<Parameter[], optim.Optimizer> make, Func<int, optim.Optimizer, Action> stepOf, int steps = 40)
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        var optimizer = make(weights);
        manual_seed(2);
        for (var i = 0; i < steps; i++)
        {
            if (i == steps / 2)
            {
                optimizer.ParamGroups.First().LearningRate /= 3;
            }

            foreach (var weight in weights)
            {
                // From very small to large: the division by the root of the squares must hold for all of them.
                weight.grad = randn(weight.shape) * Math.Pow(10, (i % 9) - 6);
            }

            stepOf(i, optimizer)();
        }

        return [.. weights.SelectMany(weight => weight.detach().data<float>().ToArray())];
    }

    private static void AssertEqual(float[] expected, float[] found) =>
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));

    [Fact]
    public void It_takes_the_steps_that_Adam_takes()
    {
        static optim.Optimizer Make(Parameter[] weights) => optim.Adam(weights, 0.01, beta1: 0.8, beta2: 0.99, eps: 1e-6);
        var own = Train(Make, (_, optimizer) => () => optimizer.step());
        AssertEqual(own, Train(Make, (_, optimizer) => AdamStep.Of(optimizer)));
        // The averages are the optimizer's: each can go on where the other ended.
        AssertEqual(own, Train(Make, (i, optimizer) => i % 3 == 0 ? () => optimizer.step() : AdamStep.Of(optimizer)));
    }

    [Fact]
    public void Groups_of_weights_keep_their_own_learning_rates()
    {
        static optim.Optimizer Make(Parameter[] weights) => optim.Adam(
            [new Adam.ParamGroup(weights[..1], new Adam.Options { LearningRate = 0.1 }), new Adam.ParamGroup(weights[1..], new Adam.Options { LearningRate = 0.001, beta1 = 0.5 })]);
        AssertEqual(Train(Make, (_, optimizer) => () => optimizer.step()), Train(Make, (_, optimizer) => AdamStep.Of(optimizer)));
    }

    private static readonly Dictionary<string, Func<Parameter[], optim.Optimizer>> Others = new()
    {
        ["weight decay"] = weights => optim.Adam(weights, 0.01, weight_decay: 0.1),
        ["amsgrad"] = weights => optim.Adam(weights, 0.01, amsgrad: true),
        ["maximize"] = weights => optim.Adam(weights, 0.01, maximize: true),
        ["AdamW"] = weights => optim.AdamW(weights, 0.01),
        ["SGD"] = weights => optim.SGD(weights, 0.01, momentum: 0.9),
    };

    public static TheoryData<string> OtherNames => [.. Others.Keys];

    [Theory]
    [MemberData(nameof(OtherNames))]
    public void Other_optimizers_take_their_own_steps(string name) =>
        Assert.Equal(Train(Others[name], (_, optimizer) => () => optimizer.step()), Train(Others[name], (_, optimizer) => AdamStep.Of(optimizer)));

    [Fact]
    public void Gradients_become_zero_and_weights_without_one_stay()
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        var before = weights[1].detach().clone();
        var optimizer = optim.Adam(weights, 0.01);
        weights[0].grad = ones(37);
        weights[2].grad = ones(2, 3, 3, 3);
        AdamStep.Of(optimizer)();

        Assert.All([weights[0], weights[2]], weight => Assert.Equal(0, weight.grad!.abs().sum().item<float>()));
        Assert.Null(weights[1].grad);
        Assert.True(before.Equals(weights[1]));
        Assert.Equal(0, ((Adam.State)optimizer.state_dict().State[1]).step);
    }

    [Fact]
    public void Numbers_of_64_bits_are_left_to_Adam_itself()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(3, ScalarType.Float64));
        weight.grad = ones(3, ScalarType.Float64);
        AdamStep.Of(optim.Adam([weight], 0.5))();
        Assert.Equal(0.5, weight.mean().item<double>(), 1e-6);
    }
}
