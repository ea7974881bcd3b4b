using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial.Tests.Exercises.Tasks;

[Collection(TorchRandom.Name)]
public sealed class NearestMeanCheckTests
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor, Tensor> Code, string Seen)> Mistakes = new()
    {
        ["null"] = ((_, _) => null!, "returned null"),
        ["freed"] = (
            (x, m) =>
            {
                using var scope = NewDisposeScope();
                return Squares(x, m).argmin(1);
            },
            "was freed before"
        ),
        ["farthest"] = ((x, m) => Squares(x, m).argmax(1), "whose mean image is farthest"),
        ["plain differences"] = ((x, m) => Differences(x, m).sum([2, 3, 4]).argmin(1), "too dark cancels what is too light"),
        ["plain differences, the other way"] = (
            (x, m) => (-Differences(x, m)).sum([2, 3, 4]).argmin(1),
            "too dark cancels what is too light"
        ),
        ["amount of ink"] = ((x, m) => Differences(x, m).sum([2, 3, 4]).abs().argmin(1), "about as much ink"),
        ["ink squared"] = ((x, m) => Differences(x, m).sum([2, 3, 4]).square().argmin(1), "about as much ink"),
        ["absolute"] = ((x, m) => Differences(x, m).abs().sum([2, 3, 4]).argmin(1), "sum of absolute differences"),
        ["largest difference"] = ((x, m) => Differences(x, m).abs().amax([2, 3, 4]).argmin(1), "largest single difference"),
        ["product"] = ((x, m) => x.flatten(1).matmul(m.flatten(1).t()).argmax(1), "prefers mean images with much ink"),
        ["one too many"] = ((x, m) => Squares(x, m).argmin(1) + 1, "one more than the class"),
        ["one too few"] = ((x, m) => Squares(x, m).argmin(1) - 1, "one less than the class"),
        ["distances"] = ((x, m) => Squares(x, m), "the ten distances of each image"),
        ["distances the other way"] = ((x, m) => Squares(x, m).t(), "for each class the distances of all images"),
        ["along the images"] = ((x, m) => Squares(x, m).argmin(0), "one number for each class"),
        ["over everything"] = ((x, m) => Squares(x, m).argmin(), "one number for all images"),
        ["the smallest distance"] = ((x, m) => Squares(x, m).amin([1]), "a distance, not a class"),
        ["always the same"] = ((x, _) => zeros(x.shape[0], ScalarType.Int64) + 3, "Class 3 for every image"),
        ["other images"] = ((x, m) => Squares(x.narrow(0, 0, 7), m).argmin(1), "7 numbers"),
        ["of no known kind"] = ((x, m) => Squares(x.flip(0), m).argmin(1), "answers agree"),
        ["changes the images"] = (
            (x, m) =>
            {
                x.sub_(m[0]);
                return Squares(x, m).argmin(1);
            },
            "changed the tensors that it was given"
        ),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> RightAnswers = new()
    {
        ["broadcasting"] = (x, m) => Squares(x, m).argmin(1),
        ["in a column"] = (x, m) => Squares(x, m).argmin(1, keepdim: true),
        ["with the root"] = (x, m) => Squares(x, m).sqrt().argmin(1),
        ["means of squares"] = (x, m) => Differences(x, m).square().mean([2, 3, 4]).argmin(1),
        ["the largest of the negatives"] = (x, m) => (-Squares(x, m)).argmax(1),
        ["cdist"] = (x, m) => cdist(x.flatten(1), m.flatten(1)).argmin(1),
        ["multiplied out"] = (x, m) => (m.flatten(1).square().sum(1).unsqueeze(0) - (2 * x.flatten(1).matmul(m.flatten(1).t()))).argmin(1),
        ["class by class"] = (x, m) => stack(Enumerable.Range(0, 10).Select(c => (x - m[c]).square().sum([1, 2, 3]))).argmin(0),
        ["image by image, as int32"] = (x, m) =>
            tensor(
                Enumerable
                    .Range(0, (int)x.shape[0])
                    .Select(i => Enumerable.Range(0, 10).MinBy(c => (x[i] - m[c]).square().sum().item<float>()))
                    .ToArray()
            ),
        ["as float"] = (x, m) => Squares(x, m).argmin(1).to(ScalarType.Float32),
    };

    public static TheoryData<string> MistakeNames() => [.. Mistakes.Keys];

    public static TheoryData<string> RightNames() => [.. RightAnswers.Keys];

    [Theory]
    [MemberData(nameof(MistakeNames))]
    public void A_mistake_is_recognised(string mistake) =>
        Mistake.IsRecognised(
            Exercise.CheckNearestMean(Mistakes[mistake].Code),
            Mistakes[mistake].Seen,
            Mistakes.Values.Select(other => other.Seen)
        );

    [Theory]
    [MemberData(nameof(RightNames))]
    public void A_right_answer_passes(string answer) => Mistake.IsNone(Exercise.CheckNearestMean(RightAnswers[answer]));

    [Fact]
    public void The_stub_is_not_yet() =>
        Assert.Equal(CheckStatus.NotYet, Exercise.CheckNearestMean((_, _) => throw new NotImplementedException("Fill me in.")).Status);

    /// <summary>[N, 10, 1, 28, 28].</summary>
    private static Tensor Differences(Tensor images, Tensor means) => images.unsqueeze(1) - means;

    private static Tensor Squares(Tensor images, Tensor means) => Differences(images, means).square().sum([2, 3, 4]);
}
