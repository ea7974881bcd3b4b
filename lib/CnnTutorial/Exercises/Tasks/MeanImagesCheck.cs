using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Notebook 02: the mean image of each of ten classes.</summary>
internal static class MeanImagesCheck
{
    private const int Size = PracticeImages.Size;
    private const int Pixels = Size * Size;
    private const int Classes = 10;
    private const string Expected = "Ten mean images, a tensor of shape [10, 1, 28, 28].";

    /// <summary>How many images each class has: neighbouring classes differ, and none is empty.</summary>
    private static readonly int[] Counts = [3, 5, 2, 7, 4, 6, 3, 8, 2, 5];

    private static readonly Slip<Case, float[]>[] Slips =
    [
        new(
            "all numbers are zero",
            "Store each class's mean in the result: `means[c] = …`, or put the ten into a list for `torch.stack`.",
            _ => new float[Classes * Pixels]
        ),
        new(
            "the sum of the images, not their mean",
            "Divide by the number of images of the class, or let `mean(…)` do both.",
            one => one.Means((images, _) => Fold(images, values => values.Sum()))
        ),
        new(
            "the sum of a class's images divided by the number of all images",
            "Divide by the number of images of that class.",
            one => one.Means((images, _) => Fold(images, values => values.Sum() / one.Labels.Length))
        ),
        new(
            "the sum of a class's images divided by ten",
            "Divide by the number of images of that class; ten is the number of classes.",
            one => one.Means((images, _) => Fold(images, values => values.Sum() / Classes))
        ),
        new(
            "the mean of all images, ten times",
            "Take only the images whose label is the class: a loop over the classes, and inside it a choice by label.",
            one => one.Means((_, _) => Fold(one.Images, values => values.Average()))
        ),
        new(
            "the first image of the class, not a mean",
            "Take the mean along dimension 0, which counts the images.",
            one => one.Means((images, _) => images[0])
        ),
        new(
            "the last image of the class, not a mean",
            "Add up over all images of the class; do not overwrite what is there.",
            one => one.Means((images, _) => images[^1])
        ),
        new(
            "the largest value of each pixel, not the mean",
            "`mean(…)` along dimension 0, not `amax`.",
            one => one.Means((images, _) => Fold(images, values => values.Max()))
        ),
        new(
            "the median of each pixel, not the mean",
            "`mean(…)` along dimension 0.",
            one => one.Means((images, _) => Fold(images, values => values.Order().ElementAt((values.Length - 1) / 2)))
        ),
        new(
            "the mean image of the class before it",
            "Classes are numbered from 0: row c of the result is the class with label c.",
            one => one.Shifted(-1)
        ),
        new(
            "the mean image of the class after it",
            "Classes are numbered from 0: row c of the result is the class with label c.",
            one => one.Shifted(1)
        ),
        new(
            "rows and columns of the pictures are swapped",
            "Do not transpose: dimension 2 counts the rows, dimension 3 the columns.",
            one => one.Means((images, _) => Transposed(Fold(images, values => values.Average())))
        ),
        new(
            "255 times too large",
            "The images are in [0, 1] already; leave the scale as it is.",
            one => one.Means((images, _) => Fold(images, values => values.Average() * 255))
        ),
        new(
            "255 times too small",
            "The images are in [0, 1] already; do not divide by 255 again.",
            one => one.Means((images, _) => Fold(images, values => values.Average() / 255))
        ),
        new(
            "ink and paper are swapped",
            "The mean of the pixels as they are, not of 1 minus the pixel.",
            one => one.Means((images, _) => Fold(images, values => 1 - values.Average()))
        ),
        new(
            "whole numbers: what is between 0 and 1 was cut off",
            "Keep the result in float32: no `to(ScalarType.Int64)`, no `int`.",
            one => one.Means((images, _) => Fold(images, values => (float)Math.Truncate(values.Average())))
        ),
    ];

    public static string Run(Func<Tensor, Tensor, Tensor> meanImages)
    {
        var one = new Case();
        using var images = tensor(one.Images.SelectMany(image => image).ToArray()).reshape(-1, 1, Size, Size);
        using var labels = tensor(one.Labels);
        using var before = images.clone();
        using var labelsBefore = labels.clone();
        var (seen, failure) = Attempt.Of(() => meanImages(images, labels));
        if (!Same(images, before) || !Same(labels, labelsBefore))
        {
            throw new WrongAnswerException(
                "Images and labels stay as they are.",
                "Your function changed the tensors that it was given, or freed them.",
                "Methods whose name ends with `_` write into the tensor itself: use the ones without. And free only what you made."
            );
        }

        failure?.Throw();
        var means = TaskTensor.Living(seen, Expected);
        Shape(means, one.Labels.Length);
        Values(TaskTensor.Numbers(means), one);
        return $"Ten mean images of shape {TaskTensor.Shape(means)}, each the mean of the images of its class, which has from "
            + $"{Counts.Min()} to {Counts.Max()} of them.";
    }

    private static bool Same(Tensor a, Tensor b) => !a.IsInvalid && a.shape.SequenceEqual(b.shape) && a.equal(b).all().item<bool>();

    private static void Shape(Tensor means, int count)
    {
        var shape = means.shape;
        // [10, 28, 28] and [10, 784] are the same numbers in the same order.
        if (shape.Length > 1 && shape[0] == Classes && means.numel() == Classes * Pixels)
        {
            return;
        }

        var (what, hint) = shape switch
        {
            [1, Classes, Size, Size] => (
                "the ten stand in dimension 1",
                "`torch.stack(list)` puts the list's images along dimension 0, where the classes belong."
            ),
            _ when means.numel() == Pixels => (
                "one mean image, not ten",
                "The mean is taken class by class: go through the labels 0 to 9, and put the ten means together with `torch.stack`."
            ),
            _ when means.numel() == Classes => (
                "one number for each class",
                "The pixels were added up too. Name the dimension that counts the images, in brackets: `mean([0])`, `sum([0])`. (C# "
                    + "takes the 0 "
                    + "of `sum(0)` for a type of number, and adds up everything.)"
            ),
            _ when means.numel() == Classes * Size => (
                "rows or columns were averaged too",
                "Take the mean along dimension 0 alone, which counts the images."
            ),
            _ when means.numel() == (long)count * Pixels => (
                $"as many as the images, which are {count}",
                "Take the mean along dimension 0, which counts the images."
            ),
            _ when means.numel() == count => (
                $"one number for each of the {count} images",
                "Take the mean along dimension 0, which counts the images, not over the pixels."
            ),
            [Classes - 1, ..] => ("nine classes", "The labels go from 0 to 9: `for (var c = 0; c < 10; c++)`."),
            [Classes + 1, ..] => ("eleven classes", "The labels go from 0 to 9: `for (var c = 0; c < 10; c++)`."),
            [] => ("a single number", "Name the dimension that counts the images: `mean([0])`."),
            _ => (
                $"{means.numel():N0} numbers, where ten images have {Classes * Pixels:N0}",
                "For each class choose its images, take their mean along dimension 0, and put the ten together with `torch.stack`."
            ),
        };
        throw new WrongAnswerException(Expected, $"Shape {TaskTensor.Shape(means)}: {what}.", hint);
    }

    private static void Values(float[] seen, Case one)
    {
        if (TaskTensor.Near(seen, one.Right))
        {
            return;
        }

        var at = Enumerable.Range(0, seen.Length).First(i => !(Math.Abs(seen[i] - one.Right[i]) <= 1e-3));
        var (label, row, column) = (at / Pixels, at % Pixels / Size, at % Size);
        var expected =
            $"{one.Right[at]:0.000} in row {row}, column {column} of the mean image of class {label}, the mean of {Counts[label]} pixels: "
            + string.Join(", ", one.Of(label).Select(image => $"{image[at % Pixels]:0.000}"))
            + ".";
        if (Slip<Case, float[]>.Of(Slips, [(one, seen)], (a, b) => TaskTensor.Near(a, b)) is { } slip)
        {
            throw new WrongAnswerException(expected, $"{seen[at]:0.000}: {slip.What}.", slip.Hint);
        }

        var wrong = Enumerable
            .Range(0, Classes)
            .Where(c => !TaskTensor.Near(seen[(c * Pixels)..((c + 1) * Pixels)], one.Right[(c * Pixels)..((c + 1) * Pixels)]))
            .ToList();
        throw new WrongAnswerException(
            expected,
            float.IsNaN(seen[at])
                ? $"NaN: a mean of no images at all. Wrong classes: {string.Join(", ", wrong)}."
                : $"{seen[at]:0.000}. Wrong classes: {string.Join(", ", wrong)}.",
            float.IsNaN(seen[at])
                ? "The choice by label found nothing: compare `labels` with the number of the class, and look at what `labels.eq(c)` gives."
                : "Which images does your code take for this class? `labels.eq(c)` says for each image whether it belongs to class "
                    + "c; the sum "
                    + "of its numbers is how many there are."
        );
    }

    private static float[] Fold(IReadOnlyList<float[]> images, Func<float[], float> fold) =>
        [.. Enumerable.Range(0, Pixels).Select(p => fold([.. images.Select(image => image[p])]))];

    private static float[] Transposed(float[] image) => [.. Enumerable.Range(0, Pixels).Select(p => image[(p % Size * Size) + (p / Size)])];

    /// <summary>Images of noise, in mixed order.</summary>
    private sealed class Case
    {
        public Case()
        {
            var random = new Random(11);
            Labels = [.. Enumerable.Range(0, Classes).SelectMany(c => Enumerable.Repeat((long)c, Counts[c]))];
            random.Shuffle(Labels);
            Images = [.. Labels.Select(_ => Enumerable.Range(0, Pixels).Select(_ => random.NextSingle()).ToArray())];
            Right = Means((images, _) => Fold(images, values => values.Average()));
        }

        public float[][] Images { get; }

        public long[] Labels { get; }

        public float[] Right { get; }

        public List<float[]> Of(int label) => [.. Images.Where((_, i) => Labels[i] == label)];

        public float[] Means(Func<List<float[]>, int, float[]> mean) => [.. Enumerable.Range(0, Classes).SelectMany(c => mean(Of(c), c))];

        public float[] Shifted(int by) =>
            [
                .. Enumerable
                    .Range(0, Classes)
                    .SelectMany(c => Right[((c + by + Classes) % Classes * Pixels)..(((c + by + Classes) % Classes * Pixels) + Pixels)]),
            ];
    }
}
