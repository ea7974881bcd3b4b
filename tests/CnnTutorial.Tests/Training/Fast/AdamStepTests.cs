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

    private static Action Own(optim.Optimizer optimizer) =>
        () =>
            AdamStep
                .Of(optimizer)!
                .Take([
                    [.. optimizer.parameters().Select(parameter => parameter.grad)],
                ]);

    private static void AssertEqual(float[] expected, float[] found) =>
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));

    [Fact]
    public void It_takes_the_steps_that_Adam_takes()
    {
        static optim.Optimizer Make(Parameter[] weights) => optim.Adam(weights, 0.01, beta1: 0.8, beta2: 0.99, eps: 1e-6);
        var own = Train(Make, (_, optimizer) => () => optimizer.step());
        AssertEqual(own, Train(Make, (_, optimizer) => Own(optimizer)));
        // The averages are the optimizer's: each can go on where the other ended.
        AssertEqual(own, Train(Make, (i, optimizer) => i % 3 == 0 ? () => optimizer.step() : Own(optimizer)));
    }

    [Fact]
    public void Groups_of_weights_keep_their_own_learning_rates()
    {
        static optim.Optimizer Make(Parameter[] weights) =>
            optim.Adam([
                new Adam.ParamGroup(weights[..1], new Adam.Options { LearningRate = 0.1 }),
                new Adam.ParamGroup(weights[1..], new Adam.Options { LearningRate = 0.001, beta1 = 0.5 }),
            ]);
        AssertEqual(Train(Make, (_, optimizer) => () => optimizer.step()), Train(Make, (_, optimizer) => Own(optimizer)));
    }

    [Theory]
    [InlineData("weight decay")]
    [InlineData("amsgrad")]
    [InlineData("maximize")]
    [InlineData("AdamW")]
    [InlineData("SGD")]
    public void Other_optimizers_are_left_to_take_their_own_steps(string name)
    {
        using var scope = NewDisposeScope();
        Assert.Null(
            AdamStep.Of(
                name switch
                {
                    "weight decay" => optim.Adam(Weights(), 0.01, weight_decay: 0.1),
                    "amsgrad" => optim.Adam(Weights(), 0.01, amsgrad: true),
                    "maximize" => optim.Adam(Weights(), 0.01, maximize: true),
                    "AdamW" => optim.AdamW(Weights(), 0.01),
                    _ => optim.SGD(Weights(), 0.01),
                }
            )
        );
    }

    [Fact]
    public void The_gradients_of_parts_are_added_up_whoever_computes()
    {
        using var scope = NewDisposeScope();
        float[] After(Func<Parameter, Tensor?[]> gradients, WorkerTeam? team)
        {
            // More numbers than a block has, and no multiple of it.
            manual_seed(3);
            Parameter[] weights = [new(randn(20_001)), new(randn(7)), new(randn(2))];
            var parts = weights.Select(gradients).ToArray();
            AdamStep
                .Of(optim.Adam(weights, 0.1))!
                .Take([.. Enumerable.Range(0, parts[0].Length).Select(part => parts.Select(gradient => gradient[part]).ToList())], team);
            return [.. weights.SelectMany(weight => weight.detach().data<float>().ToArray())];
        }

        using var team = new WorkerTeam();
        var whole = After(weight => [weight.detach() * 3], null);
        var parted = After(
            weight => weight.numel() == 2 ? [weight.detach() * 3, null, null] : [weight.detach(), weight.detach(), weight.detach()],
            null
        );
        AssertEqual(whole, parted);
        Assert.Equal(
            parted,
            After(
                weight => weight.numel() == 2 ? [weight.detach() * 3, null, null] : [weight.detach(), weight.detach(), weight.detach()],
                team
            )
        );
    }

    [Fact]
    public void Weights_without_a_gradient_stay()
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        var before = weights[1].detach().clone();
        var optimizer = optim.Adam(weights, 0.01);
        AdamStep
            .Of(optimizer)!
            .Take([
                [ones(37), null, ones(2, 3, 3, 3)],
            ]);

        Assert.True(before.Equals(weights[1]));
        Assert.Equal(0, ((Adam.State)optimizer.state_dict().State[1]).step);
    }

    [Fact]
    public void Numbers_of_64_bits_are_left_to_Adam_itself()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(3, ScalarType.Float64));
        Assert.Null(AdamStep.Of(optim.Adam([weight], 0.5)));
    }
}
