using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial.Tests.Exercises.Tasks;

[Collection(TorchRandom.Name)]
public sealed class MeanImagesCheckTests
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor, Tensor> Code, string Seen)> Mistakes = new()
    {
        ["null"] = ((_, _) => null!, "returned null"),
        ["freed"] = (
            (x, y) =>
            {
                using var scope = NewDisposeScope();
                return Right(x, y);
            },
            "was freed before"
        ),
        ["all zero"] = ((_, _) => zeros(10, 1, 28, 28), "all numbers are zero"),
        ["sum"] = (Each((x, y, c) => Of(x, y, c).sum([0])), "the sum of the images, not their mean"),
        ["sum by all"] = (Each((x, y, c) => Of(x, y, c).sum([0]) / x.shape[0]), "divided by the number of all images"),
        ["sum by ten"] = (Each((x, y, c) => Of(x, y, c).sum([0]) / 10), "divided by ten"),
        ["mean of all"] = (Each((x, _, _) => x.mean([0])), "the mean of all images, ten times"),
        ["the first"] = (Each((x, y, c) => Of(x, y, c)[0]), "the first image of the class"),
        ["the last"] = (Each((x, y, c) => Of(x, y, c)[-1]), "the last image of the class"),
        ["largest"] = (Each((x, y, c) => Of(x, y, c).amax([0])), "the largest value of each pixel"),
        ["median"] = (
            Each((x, y, c) => Of(x, y, c).sort(dim: 0).Values[(int)((Of(x, y, c).shape[0] - 1) / 2)]),
            "the median of each pixel"
        ),
        ["one before"] = (Each((x, y, c) => Of(x, y, (c + 9) % 10).mean([0])), "the class before it"),
        ["one after"] = (Each((x, y, c) => Of(x, y, (c + 1) % 10).mean([0])), "the class after it"),
        ["transposed"] = (Each((x, y, c) => Of(x, y, c).mean([0]).transpose(1, 2)), "rows and columns of the pictures are swapped"),
        ["times 255"] = (Each((x, y, c) => Of(x, y, c).mean([0]) * 255), "255 times too large"),
        ["by 255"] = (Each((x, y, c) => Of(x, y, c).mean([0]) / 255), "255 times too small"),
        ["inverted"] = (Each((x, y, c) => 1 - Of(x, y, c).mean([0])), "ink and paper are swapped"),
        ["nine classes"] = ((x, y) => stack(Enumerable.Range(0, 9).Select(c => Of(x, y, c).mean([0]))), "nine classes"),
        ["one image"] = ((x, _) => x.mean([0]), "one mean image, not ten"),
        ["a number a class"] = ((x, y) => stack(Enumerable.Range(0, 10).Select(c => Of(x, y, c).mean())), "one number for each class"),
        ["sum(0)"] = (Each((x, y, c) => Of(x, y, c).sum(0) / Of(x, y, c).shape[0]), "one number for each class"),
        ["rows too"] = (
            (x, y) => stack(Enumerable.Range(0, 10).Select(c => Of(x, y, c).mean([0, 2]))),
            "rows or columns were averaged too"
        ),
        ["over the pixels"] = ((x, _) => x.mean([1, 2, 3]), "one number for each of the 45 images"),
        ["not averaged"] = ((x, _) => x.clone(), "as many as the images"),
        ["a number"] = ((x, _) => x.mean(), "a single number"),
        ["in dimension 1"] = ((x, y) => Right(x, y).transpose(0, 1), "the ten stand in dimension 1"),
        ["sorts the labels of the wrong images"] = (Each((x, y, c) => Of(x, y.flip(0), c).mean([0])), "Wrong classes: 0, 1, 2"),
        ["divides by nothing"] = (Each((x, y, c) => Of(x, y, c + 100).sum([0]) / 0), "NaN: a mean of no images at all"),
        ["changes the images"] = (
            (x, y) =>
            {
                x.mul_(2);
                return Right(x, y);
            },
            "changed the tensors that it was given"
        ),
        ["frees the images"] = (
            (x, y) =>
            {
                using (x)
                {
                    return Right(x, y);
                }
            },
            "changed the tensors that it was given, or freed them"
        ),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> RightAnswers = new()
    {
        ["index_select in a loop"] = Right,
        ["a mask"] = (x, y) => stack(Enumerable.Range(0, 10).Select(c => x[y == c].mean([0]))),
        ["without the channel"] = (x, y) => Right(x, y).squeeze(1),
        ["in rows"] = (x, y) => Right(x, y).flatten(1),
        ["one-hot and a product"] = (x, y) =>
        {
            var hot = nn.functional.one_hot(y, 10).to(ScalarType.Float32);
            return (hot.t().matmul(x.flatten(1)) / hot.sum([0]).unsqueeze(1)).view(10, 1, 28, 28);
        },
        ["index_add"] = (x, y) =>
            zeros(10, 1, 28, 28).index_add(0, y, x, 1) / bincount(y, minlength: 10).to(ScalarType.Float32).view(10, 1, 1, 1),
        ["in double"] = (x, y) => Right(x.to(ScalarType.Float64), y),
        ["written into a tensor"] = (x, y) =>
        {
            var means = zeros(10, 1, 28, 28);
            for (var c = 0; c < 10; c++)
            {
                means[c] = Of(x, y, c).mean([0]);
            }

            return means;
        },
        ["image by image"] = (x, y) =>
        {
            using var scope = NewDisposeScope();
            var (sums, counts) = (zeros(10, 1, 28, 28), new int[10]);
            for (var i = 0; i < x.shape[0]; i++)
            {
                var label = (int)y[i].item<long>();
                sums[label] = sums[label] + x[i];
                counts[label]++;
            }

            return (sums / tensor(counts).view(10, 1, 1, 1)).MoveToOuterDisposeScope();
        },
        ["plain arrays"] = (x, y) =>
        {
            var (pixels, labels) = (x.data<float>().ToArray(), y.data<long>().ToArray());
            var means = new float[10 * 784];
            for (var i = 0; i < pixels.Length; i++)
            {
                var label = labels[i / 784];
                means[(label * 784) + (i % 784)] += pixels[i] / labels.Count(other => other == label);
            }

            return tensor(means, [10, 1, 28, 28]);
        },
    };

    public static TheoryData<string> MistakeNames() => [.. Mistakes.Keys];

    public static TheoryData<string> RightNames() => [.. RightAnswers.Keys];

    [Theory]
    [MemberData(nameof(MistakeNames))]
    public void A_mistake_is_recognised(string mistake)
    {
        var result = Exercise.CheckMeanImages(Mistakes[mistake].Code);
        Assert.Equal(CheckStatus.NotRight, result.Status);
        Assert.NotEmpty(result.Hint);
        Assert.Contains(Mistakes[mistake].Seen, result.Seen, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RightNames))]
    public void A_right_answer_passes(string answer) => Mistake.IsNone(Exercise.CheckMeanImages(RightAnswers[answer]));

    [Fact]
    public void The_stub_is_not_yet() =>
        Assert.Equal(CheckStatus.NotYet, Exercise.CheckMeanImages((_, _) => throw new NotImplementedException("Fill me in.")).Status);

    private static Func<Tensor, Tensor, Tensor> Each(Func<Tensor, Tensor, int, Tensor> mean) =>
        (x, y) => stack(Enumerable.Range(0, 10).Select(c => mean(x, y, c)));

    private static Tensor Of(Tensor images, Tensor labels, int c) => images.index_select(0, labels.eq(c).nonzero().flatten());

    private static Tensor Right(Tensor images, Tensor labels) => Each((x, y, c) => Of(x, y, c).mean([0]))(images, labels);
}
