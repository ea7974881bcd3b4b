using CnnTutorial.Tests.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Inspection;

/// <summary>Occlusion maps of a network that is known to look at one pixel.</summary>
[Collection(TorchRandom.Name)]
public sealed class OcclusionMapTests
{
    private const int Size = 8;
    private const int SeenRow = 2;
    private const int SeenColumn = 5;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 0)]
    [InlineData(3, 0.5)]
    public void It_falls_where_the_patch_covers_the_one_pixel_that_counts_and_nowhere_else(int patch, double shade)
    {
        var image = Enumerable.Repeat((byte)255, Size * Size).ToArray();
        var map = OcclusionMap.Of(Model(4), new ImageSplit(image, [0], Size, Size), 0, patch, shade);
        Assert.Equal((0, 0), (map.Prediction, map.Label));
        // The logits are 4 times the pixel, and 0.
        static double Probability(double pixel) => 1 / (1 + Math.Exp(-4 * pixel));
        Assert.Equal(Probability(1), map.Confidence, 1e-6);
        for (var row = 0; row < Size; row++)
        {
            for (var column = 0; column < Size; column++)
            {
                // A patch of 4 reaches one pixel further down and to the right than up and to the left.
                var covers =
                    SeenRow - row >= -((patch - 1) / 2)
                    && SeenRow - row <= patch / 2
                    && SeenColumn - column >= -((patch - 1) / 2)
                    && SeenColumn - column <= patch / 2;
                Assert.Equal(covers ? Probability(1) - Probability(shade) : 0, map[row, column], 1e-6);
            }
        }

        Assert.Equal(Probability(1) - Probability(shade), map.LargestFall, 1e-6);
    }

    [Fact]
    public void It_is_negative_where_the_answer_gains()
    {
        // Class 1 wins although the pixel speaks for class 0: without the pixel it is surer.
        var map = OcclusionMap.Of(
            Model(1, advantage: 2),
            new ImageSplit(Enumerable.Repeat((byte)255, Size * Size).ToArray(), [0], Size, Size),
            0,
            patch: 1
        );
        Assert.Equal((1, 0), (map.Prediction, map.Label));
        Assert.Equal((1 / (1 + Math.Exp(-1))) - (1 / (1 + Math.Exp(-2))), map[SeenRow, SeenColumn], 1e-6);
        Assert.Equal(0, map.LargestFall);
        Assert.InRange(map.LargestChange, 0.1, 1);
    }

    [Fact]
    public void A_large_image_goes_through_in_parts()
    {
        using var scope = NewDisposeScope();
        const int side = 40;
        var model = Sequential(("flatten", Flatten()), ("out", Linear(side * side, 2)));
        var split = new ImageSplit([.. Enumerable.Range(0, side * side).Select(i => (byte)(i % 251))], [0], side, side);
        var map = OcclusionMap.Of(model, split, 0, patch: 1);
        using (no_grad())
        {
            foreach (var pixel in (int[])[0, 999, 1000, (side * side) - 1])
            {
                var covered = split.ToImageTensor();
                covered[0, 0, pixel / side, pixel % side] = 0;
                var expected = map.Confidence - model.call(covered).softmax(1)[0, map.Prediction].item<float>();
                Assert.Equal(expected, map[pixel / side, pixel % side], 1e-5f);
            }
        }
    }

    /// <summary>Class 0 gets a weight times one pixel, class 1 a constant.</summary>
    private static Sequential Model(float weight, float advantage = 0)
    {
        var linear = Linear(Size * Size, 2);
        using (no_grad())
        {
            linear.weight!.zero_();
            linear.weight[0, (SeenRow * Size) + SeenColumn] = weight;
            linear.bias!.zero_();
            linear.bias[1] = advantage;
        }

        return Sequential(("flatten", Flatten()), ("out", linear));
    }
}
