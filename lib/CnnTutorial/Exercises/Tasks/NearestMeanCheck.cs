using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>Notebook 02: for each image the class whose mean image is nearest.</summary>
internal static class NearestMeanCheck
{
    private const int Size = PracticeImages.Size;
    private const int Pixels = Size * Size;
    private const int Classes = 10;
    private const int Count = 60;

    private static readonly Slip<Case, int[]>[] Slips =
    [
        new(
            "the class whose mean image is farthest",
            "The nearest has the smallest distance: `argmin`, not `argmax`.",
            one => one.Nearest((a, b) => -Square(a, b))
        ),
        new(
            "the class with the smallest sum of plain differences, in which what is too dark cancels what is too light",
            "Square the differences before you add them up: `.square()` or `.pow(2)`.",
            one => one.Nearest((a, b) => a.Zip(b, (x, y) => x - y).Sum())
        ),
        new(
            "the class with the smallest sum of plain differences, in which what is too dark cancels what is too light",
            "Square the differences before you add them up: `.square()` or `.pow(2)`.",
            one => one.Nearest((a, b) => a.Zip(b, (x, y) => y - x).Sum())
        ),
        new(
            "the class with about as much ink",
            "Square each pixel's difference, and add up only then; a sum of differences compares only the amounts of ink.",
            one => one.Nearest((a, b) => Math.Abs(a.Sum() - b.Sum()))
        ),
        new(
            "the class that is nearest by the sum of absolute differences",
            "That is a distance too, but the task asks for squares: large differences should count more. `.square()` instead of `.abs()`.",
            one => one.Nearest((a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Sum())
        ),
        new(
            "the class that is nearest by the largest single difference",
            "Add up the squared differences of all pixels: `.sum(…)`, not `.amax(…)`.",
            one => one.Nearest((a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max())
        ),
        new(
            "the class with the largest product, which prefers mean images with much ink",
            "Subtract the mean image, square, and add up; the smallest sum wins.",
            one => one.Nearest((a, b) => -a.Zip(b, (x, y) => x * y).Sum())
        ),
        new(
            "one more than the class",
            "Classes are numbered from 0, as `argmin` numbers them.",
            one => [.. one.Right.Select(label => label + 1)]
        ),
        new(
            "one less than the class",
            "Classes are numbered from 0, as `argmin` numbers them.",
            one => [.. one.Right.Select(label => label - 1)]
        ),
    ];

    public static string Run(Func<Tensor, Tensor, Tensor> nearestMean)
    {
        var one = new Case();
        using var images = tensor(one.Images.SelectMany(image => image).ToArray()).reshape(-1, 1, Size, Size);
        using var means = tensor(one.Means.SelectMany(image => image).ToArray()).reshape(-1, 1, Size, Size);
        using var before = images.clone();
        using var meansBefore = means.clone();
        var (seen, failure) = Attempt.Of(() => nearestMean(images, means));
        if (!Same(images, before) || !Same(means, meansBefore))
        {
            throw new WrongAnswerException(
                "Images and mean images stay as they are.",
                "Your function changed the tensors that it was given, or freed them.",
                "Methods whose name ends with `_` write into the tensor itself: use the ones without. And free only what you made."
            );
        }

        failure?.Throw();
        var answers = TaskTensor.Living(seen, $"One class for each image: {Count} numbers for {Count} images.");
        Shape(answers);
        Values(answers, one);
        return $"{Count} images, each given to the class whose mean image is nearest, not by its amount of ink and not by its "
            + "largest single difference.";
    }

    private static bool Same(Tensor a, Tensor b) => !a.IsInvalid && a.shape.SequenceEqual(b.shape) && a.equal(b).all().item<bool>();

    private static void Shape(Tensor answers)
    {
        if (answers.numel() == Count)
        {
            return;
        }

        var (what, hint) = answers.shape switch
        {
            [Count, Classes, ..] when answers.numel() == Count * Classes => (
                "the ten distances of each image",
                "The answer is the place of the smallest of the ten: `argmin(1)`."
            ),
            [Classes, Count, ..] when answers.numel() == Count * Classes => (
                "for each class the distances of all images",
                "The answer is the place of the smallest along the dimension that counts the classes: `argmin(0)`."
            ),
            _ when answers.numel() == Classes => (
                "one number for each class",
                "The smallest is looked for along the dimension that counts the classes, so that one number for each image is left."
            ),
            _ when answers.numel() == 1 => (
                "one number for all images",
                "`argmin()` without a dimension looks through everything at once; name the dimension that counts the classes."
            ),
            _ => (
                $"{answers.numel():N0} numbers",
                "Use the parameters `images` and `means`, not variables of the notebook, and give one number for each image."
            ),
        };
        throw new WrongAnswerException(
            $"One class for each image: {Count} numbers for {Count} images.",
            $"Shape {TaskTensor.Shape(answers)}: {what}.",
            hint
        );
    }

    private static void Values(Tensor tensor, Case one)
    {
        var numbers = TaskTensor.Numbers(tensor);
        var seen = numbers.Select(number => (int)number).ToArray();
        if (numbers.Zip(one.Right).All(pair => pair.First == pair.Second))
        {
            return;
        }

        var at = Enumerable.Range(0, Count).First(i => numbers[i] != one.Right[i]);
        var expected =
            $"Class {one.Right[at]} for image {at}: the squared distance is {Square(one.Images[at], one.Means[one.Right[at]]):0.0}, to "
            + "all other "
            + "mean images it is larger.";
        if (Array.Exists(numbers, number => number != Math.Round(number)))
        {
            throw new WrongAnswerException(
                expected,
                $"{numbers[at]:0.000}: a distance, not a class.",
                "`min` gives the smallest distance itself, `argmin` the place where it stands."
            );
        }

        var slip = Slip<Case, int[]>.Of(Slips, [(one, seen)], (a, b) => a.SequenceEqual(b));
        if (slip is null && seen.Distinct().Count() == 1)
        {
            throw new WrongAnswerException(
                expected,
                $"Class {seen[0]} for every image.",
                "Is the distance computed for each image by itself? Add up over the pixels, and leave the dimension that counts the images."
            );
        }

        var agree = seen.Zip(one.Right).Count(pair => pair.First == pair.Second);
        var distance = seen[at] is >= 0 and < Classes
            ? $", to which the squared distance is {Square(one.Images[at], one.Means[seen[at]]):0.0}"
            : ", which does not exist";
        throw slip is null
            ? new WrongAnswerException(
                expected,
                $"Class {seen[at]} for image {at}{distance}. {agree} of {Count} answers agree.",
                "For each image and each class: subtract the mean image, square, add up over all pixels; then `argmin` along the classes. "
                    + "Compute the distance of this image by itself, and compare it with the number above."
            )
            : new WrongAnswerException(expected, $"Class {seen[at]} for image {at}: {slip.What}.", slip.Hint);
    }

    private static float Square(float[] a, float[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return (float)sum;
    }

    /// <summary>Ten mean images with different amounts of ink, and images that lie between two of them.</summary>
    private sealed class Case
    {
        public Case()
        {
            var random = new Random(5);
            Means = [.. Enumerable.Range(0, Classes).Select(c => Noise(random, 0.3f + (0.05f * c)))];
            Images =
            [
                .. Enumerable
                    .Range(0, Count)
                    .Select(_ =>
                    {
                        var (a, b, share) = (Means[random.Next(Classes)], Means[random.Next(Classes)], 0.3f + (0.4f * random.NextSingle()));
                        var ink = 0.5f + random.NextSingle();
                        return a.Zip(b, (x, y) => (((share * x) + ((1 - share) * y)) * ink) + (0.9f * (random.NextSingle() - 0.5f)))
                            .ToArray();
                    }),
            ];
            Right = Nearest(Square);
        }

        public float[][] Means { get; }

        public float[][] Images { get; }

        public int[] Right { get; }

        public int[] Nearest(Func<float[], float[], float> distance) =>
            [.. Images.Select(image => Enumerable.Range(0, Classes).MinBy(c => distance(image, Means[c])))];

        private static float[] Noise(Random random, float ink) =>
            [.. Enumerable.Range(0, Pixels).Select(_ => random.NextSingle() < ink ? random.NextSingle() : 0)];
    }
}
