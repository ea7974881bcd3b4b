namespace CnnTutorial;

/// <summary>Finds out what was done to an image that differs from the split's images.</summary>
internal static class PixelChange
{
    private const string Scale = "Pixels from 0 (paper) to 1 (ink): each byte divided by 255.";
    private const string Same = "The images of the split that your function was given, as they are.";

    /// <summary>Whether each pixel is its byte divided by 255.</summary>
    public static bool IsSame(ReadOnlySpan<float> image, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            // With `!`, so that NaN counts as different.
            if (!(Math.Abs(image[i] - (bytes[i] / 255f)) < 1e-4f))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The most likely change.</summary>
    /// <param name="image">Its pixels.</param>
    /// <param name="split">The images that it might come from.</param>
    /// <param name="blankOnes">In how many images of its batch all pixels are equal.</param>
    /// <param name="isPadding">Whether all images of the split came before it.</param>
    public static WrongAnswerException Explain(float[] image, ImageSplit split, int blankOnes, bool isPadding)
    {
        var seen = $"Pixels from {image.Min():0.######} to {image.Max():0.######}";
        if (Array.Exists(image, pixel => !float.IsFinite(pixel)))
        {
            return new(Scale, "A pixel is NaN or infinite.", "Is there a division by zero? Divide each byte by 255, as `255f`.");
        }

        if (Array.TrueForAll(image, pixel => pixel == image[0]))
        {
            return isPadding
                ? new(
                    "The last batch has only the images that are left.",
                    $"The last batch was filled up with {blankOnes} blank images, which the split does not have.",
                    "Let the last batch be smaller: it has `Math.Min(batchSize, split.Count - start)` images."
                )
                : new(
                    Same,
                    $"An image in which all pixels are {image[0]:0.###}.",
                    "Are the pixels copied into the tensor before it is used?"
                );
        }

        return WholeNumbers(image, split)
            ?? Turned(image, split)
            ?? Scaled(image, split, seen)
            ?? Displaced(image, split)
            ?? new(
                Same,
                Array.TrueForAll(image, pixel => Math.Abs((pixel * 255) - MathF.Round(pixel * 255)) < 1e-3)
                    ? "An image that is not in it: the pixels are bytes divided by 255, and none of the split's images has them."
                    : $"An image that is not in it: none of the split's images has its pixels, which go from {image.Min():0.###} to "
                        + $"{image.Max():0.###}.",
                "Use the parameter `split`, not a variable of the notebook, and keep nothing from an earlier call. And do not mix "
                    + "pixels of several "
                    + "images: `view` and `reshape` only divide the same row of numbers differently; `permute` swaps dimensions."
            );
    }

    private static WrongAnswerException? WholeNumbers(float[] image, ImageSplit split) =>
        Array.TrueForAll(image, pixel => pixel is 0 or 1) && Any(split, bytes => Equal(image, bytes, value => value / 255))
            ? new(
                Scale,
                "Pixels that are all 0 or 1, and nothing between: 255 became 1, and all smaller bytes became 0.",
                "A byte divided by 255 is divided as a whole number, and the remainder is lost. Convert first, then divide: `b / "
                    + "255f`, or "
                    + "`to(ScalarType.Float32) / 255`."
            )
            : null;

    /// <summary>Mirrored or turned images.</summary>
    private static WrongAnswerException? Turned(float[] image, ImageSplit split)
    {
        var (rows, columns) = (split.Rows, split.Columns);
        if (rows != columns)
        {
            return null;
        }

        (string Name, Func<int, int, (int Row, int Column)> From)[] ways =
        [
            ("mirrored: left and right are swapped", (r, c) => (r, columns - 1 - c)),
            ("upside down: top and bottom are swapped", (r, c) => (rows - 1 - r, c)),
            ("turned by 180 degrees", (r, c) => (rows - 1 - r, columns - 1 - c)),
            ("with rows and columns swapped", (r, c) => (c, r)),
            ("turned by 90 degrees", (r, c) => (c, rows - 1 - r)),
            ("turned by 90 degrees", (r, c) => (columns - 1 - c, r)),
            ("mirrored and turned", (r, c) => (columns - 1 - c, rows - 1 - r)),
        ];
        foreach (var (name, from) in ways)
        {
            var back = new float[image.Length];
            for (var p = 0; p < back.Length; p++)
            {
                var (row, column) = from(p / columns, p % columns);
                back[p] = image[(row * columns) + column];
            }

            if (Any(split, bytes => IsSame(back, bytes)))
            {
                return new(
                    Same,
                    $"The images came {name}.",
                    "Do not turn or mirror them: [n, 1, row, column] is the order in which the split has its pixels."
                );
            }
        }

        return null;
    }

    /// <summary>Pixels that are a linear function of their bytes, but not byte / 255.</summary>
    private static WrongAnswerException? Scaled(float[] image, ImageSplit split, string seen)
    {
        for (var i = 0; i < split.Count; i++)
        {
            var bytes = split.Image(i);
            var (slope, offset, correlation) = Line(image, bytes);
            if (Math.Abs(correlation) < 0.98)
            {
                continue;
            }

            if (Math.Abs(correlation) < 0.999999)
            {
                return new(
                    Scale,
                    $"{seen}, which follow their bytes, but not evenly: with noise, rounded, cut off or computed with too few digits.",
                    "Convert to float32 and divide by 255, and do no more."
                );
            }

            var divisor = 1 / slope;
            return (slope, offset) switch
            {
                (< 0, _) => new(
                    Scale,
                    $"{seen}, inverted: paper became ink.",
                    "0 stays 0 and 255 becomes 1: divide by 255, and do no more."
                ),
                (_, var o) when Math.Abs(o) > 1e-3 * Math.Max(1, 255 * slope) => new(
                    Scale,
                    $"{seen}: each pixel is its byte divided by {divisor:0.##}, {(offset < 0 ? "minus" : "plus")} "
                        + $"{Math.Abs(offset):0.###}.",
                    "Do not subtract a mean and do not stretch to −1 … 1 here: divide by 255, and by nothing else."
                ),
                _ when Math.Abs(divisor - 1) < 0.01 => new(Scale, $"{seen}: bytes that were not scaled.", "Divide by 255."),
                _ when Math.Abs(divisor - (255 * 255)) < 300 => new(
                    Scale,
                    $"{seen}: divided by 255 twice.",
                    "`ToImageTensor` divides by 255 already."
                ),
                _ => new(
                    Scale,
                    $"{seen}: each byte was divided by {divisor:0.##}.",
                    "Convert to float32 and divide by 255, and by nothing else."
                ),
            };
        }

        return null;
    }

    /// <summary>Pixels that begin at a wrong place, or are in another order.</summary>
    private static WrongAnswerException? Displaced(float[] image, ImageSplit split)
    {
        var bytes = Array.ConvertAll(image, pixel => (byte)Math.Clamp(MathF.Round(pixel * 255), 0, 255));
        if (!IsSame(image, bytes))
        {
            return null;
        }

        var place = split.Images.AsSpan().IndexOf(bytes);
        if (place >= 0)
        {
            return new(
                Same,
                $"An image that begins in the middle of another: its pixels are the bytes from {place:N0} on, and images begin at "
                    + "multiples "
                    + $"of {bytes.Length}.",
                $"Image i begins at byte i · {split.Rows} · {split.Columns}."
            );
        }

        Array.Sort(bytes);
        return Any(
            split,
            pixels =>
            {
                var sorted = pixels.ToArray();
                Array.Sort(sorted);
                return sorted.AsSpan().SequenceEqual(bytes);
            }
        )
            ? new(Same, "The pixels of an image stand in other places.", "Copy them row by row, and shuffle images, not pixels.")
            : null;
    }

    private delegate bool Test(ReadOnlySpan<byte> bytes);

    private static bool Any(ImageSplit split, Test test)
    {
        for (var i = 0; i < split.Count; i++)
        {
            if (test(split.Image(i)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Equal(float[] image, ReadOnlySpan<byte> bytes, Func<byte, int> value)
    {
        for (var i = 0; i < image.Length; i++)
        {
            if (image[i] != value(bytes[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The straight line through pixels over bytes, and how well it fits.</summary>
    private static (double Slope, double Offset, double Correlation) Line(float[] image, ReadOnlySpan<byte> bytes)
    {
        double n = image.Length,
            x = 0,
            y = 0,
            xx = 0,
            yy = 0,
            xy = 0;
        for (var i = 0; i < image.Length; i++)
        {
            x += bytes[i];
            y += image[i];
            xx += (double)bytes[i] * bytes[i];
            yy += (double)image[i] * image[i];
            xy += (double)bytes[i] * image[i];
        }

        var (sxx, syy, sxy) = (xx - (x * x / n), yy - (y * y / n), xy - (x * y / n));
        var slope = sxy / sxx;
        return (slope, (y - (slope * x)) / n, sxy / Math.Sqrt(sxx * syy));
    }
}
