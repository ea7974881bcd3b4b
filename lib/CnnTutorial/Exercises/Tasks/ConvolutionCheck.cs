using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Notebook 00: a convolution by hand, compared with TorchSharp's from the simplest settings to all of them together.</summary>
internal static class ConvolutionCheck
{
    /// <summary>Each group of settings adds one thing to the group before it, so the first group that fails says where to look.</summary>
    private static readonly (
        string Adds,
        string WhereToLook,
        (int Rows, int Columns, int KernelRows, int KernelColumns, int Stride, int Padding)[] Settings
    )[] Groups =
    [
        (
            "stride 1 and no padding",
            "Follow your loops for this one pixel: the sum begins at zero, and each weight of the kernel meets the pixel under it once.",
            [(5, 5, 3, 3, 1, 0), (4, 4, 2, 2, 1, 0), (6, 4, 3, 3, 1, 0), (4, 6, 3, 3, 1, 0)]
        ),
        (
            "a kernel that is not square",
            "With square kernels all is right. Rows and columns of the kernel have lengths of their own: `kernel.GetLength(0)` and "
                + "`kernel.GetLength(1)`.",
            [(5, 6, 1, 3, 1, 0), (6, 5, 3, 2, 1, 0)]
        ),
        (
            "a stride",
            "With stride 1 all is right, so look at each place where `stride` stands: the window of output pixel (r, c) begins at image "
                + "row r · stride, column c · stride.",
            [(7, 7, 3, 3, 2, 0), (8, 6, 3, 3, 2, 0), (9, 8, 2, 2, 3, 0)]
        ),
        (
            "padding",
            "Without padding all is right, so look at each place where `padding` stands: the window begins `padding` pixels further up "
                + "and to the left, and a pixel outside the image counts as zero.",
            [(5, 5, 3, 3, 1, 1), (4, 6, 3, 3, 1, 2), (2, 2, 3, 3, 1, 1)]
        ),
        (
            "stride and padding together",
            "Each alone is right. Together the window of output pixel (r, c) begins at row r · stride − padding: the padding is not "
                + "multiplied by the stride.",
            [(6, 7, 3, 3, 2, 1), (5, 6, 4, 2, 3, 2), (7, 6, 3, 3, 3, 2)]
        ),
    ];

    private static readonly (string What, string Hint, Func<int, int, int, int, int> Size)[] SizeSlips =
    [
        ("the size of the image", "Only “same” padding gives that. Use the rule (I − K + 2P) / S + 1.", (i, _, _, _) => i),
        (
            "one row and one column too few",
            "The first position counts too: (I − K + 2P) / S, plus 1.",
            (i, k, p, s) => (i - k + (2 * p)) / s
        ),
        (
            "the size for stride 1",
            "Divide by the stride: (I − K + 2P) / S + 1, with the whole-number division of C#.",
            (i, k, p, _) => i - k + (2 * p) + 1
        ),
        ("the size without padding", "Padding adds 2P to the image's side: (I − K + 2P) / S + 1.", (i, k, _, s) => ((i - k) / s) + 1),
        (
            "the size with padding on one side only",
            "There is padding on both sides: 2P, not P, in (I − K + 2P) / S + 1.",
            (i, k, p, s) => ((i - k + p) / s) + 1
        ),
        (
            "the division rounded up",
            "A window that does not fit any more is left out: round down, as `/` does with whole numbers.",
            (i, k, p, s) => ((i - k + (2 * p) + s - 1) / s) + 1
        ),
        ("the size of the image with its padding", "The kernel must fit in: (I − K + 2P) / S + 1.", (i, _, p, _) => i + (2 * p)),
        ("the size of the kernel", "The output has one pixel for each position: (I − K + 2P) / S + 1.", (_, k, _, _) => k),
        (
            "one row and one column too many",
            "The kernel's own size counts: (I − K + 2P) / S + 1.",
            (i, k, p, s) => ((i - k + (2 * p)) / s) + 2
        ),
    ];

    private static readonly Slip<Case, float[,]>[] Slips =
    [
        new(
            "the output was never written",
            "After the two inner loops, store the sum: `output[r, c] = sum;`.",
            one => one.Each((_, _) => 0)
        ),
        new(
            "the kernel turned by 180 degrees",
            "That is what mathematics calls a convolution. Here nothing is turned: `kernel[i, j]` meets the pixel i rows down and "
                + "j columns "
                + "to the right.",
            one => one.Sums((i, j) => one.Kernel[one.K - 1 - i, one.L - 1 - j])
        ),
        new(
            "the kernel's rows in reverse order",
            "`kernel[i, j]` meets the pixel i rows down from the window's first.",
            one => one.Sums((i, j) => one.Kernel[one.K - 1 - i, j])
        ),
        new(
            "the kernel's columns in reverse order",
            "`kernel[i, j]` meets the pixel j columns to the right of the window's first.",
            one => one.Sums((i, j) => one.Kernel[i, one.L - 1 - j])
        ),
        new(
            "rows and columns of the kernel are swapped",
            "The first index is the row, in the kernel as in the image: `kernel[i, j]` with `image[r + i, c + j]`.",
            one => one.K == one.L ? one.Sums((i, j) => one.Kernel[j, i]) : null
        ),
        new(
            "rows and columns of the image are swapped",
            "The first index is the row: `image[row, column]`, and `GetLength(0)` counts the rows.",
            one =>
                one.IsSquare ? one.Each((r, c) => one.Sum((i, j) => one.Pixel(one.Column(c) + j, one.Row(r) + i) * one.Kernel[i, j])) : null
        ),
        new(
            "rows and columns of the output are swapped",
            "The first index is the row: `output[r, c]` for the window whose first row is r · stride.",
            one => one.IsSquare ? one.Each((r, c) => one.Right(c, r)) : null
        ),
        new(
            "the last row and the last column of the kernel are left out",
            "The inner loops run while `i < kernel.GetLength(0)` and `j < kernel.GetLength(1)`.",
            one => one.Sums((i, j) => i < one.K - 1 && j < one.L - 1 ? one.Kernel[i, j] : 0)
        ),
        new(
            "the first row and the first column of the kernel are left out",
            "Indexes begin at 0: `for (var i = 0; …`.",
            one => one.Sums((i, j) => i > 0 && j > 0 ? one.Kernel[i, j] : 0)
        ),
        new(
            "the sum divided by the number of weights",
            "That is a mean. A convolution adds up the products and leaves it at that.",
            one => one.Each((r, c) => one.Right(r, c) / (one.K * one.L))
        ),
        new(
            "the last product alone",
            "Add up: `sum += …`, not `sum = …`.",
            one => one.Each((r, c) => one.Term(r, c, one.K - 1, one.L - 1))
        ),
        new(
            "the largest product alone",
            "That is how max-pooling chooses. A convolution adds up all the products.",
            one => one.Each((r, c) => one.Terms(r, c).Max())
        ),
        new(
            "this sum and those of all positions before it",
            "Set the sum to zero for each output pixel: `var sum = 0f;` inside the loop over the columns.",
            one => one.Running(rowByRow: false)
        ),
        new(
            "this sum and those to the left of it",
            "Set the sum to zero for each output pixel: `var sum = 0f;` inside the loop over the columns, not the rows.",
            one => one.Running(rowByRow: true)
        ),
        new(
            "pixels and weights are added, not multiplied",
            "Each weight is multiplied by the pixel under it; only the products are added up.",
            one =>
                one.Each((r, c) => one.Positions().Sum(at => one.Pixel(one.Row(r) + at.I, one.Column(c) + at.J) + one.Kernel[at.I, at.J]))
        ),
        new(
            "the fraction is cut off",
            "Add up in a `float` or a `double`, not in an `int`.",
            one => one.Each((r, c) => (float)Math.Truncate(one.Right(r, c)))
        ),
        new(
            "each product without its fraction",
            "Multiply as `float`, not as `int`.",
            one => one.Each((r, c) => one.Terms(r, c).Sum(term => (float)Math.Truncate(term)))
        ),
        new(
            "negative sums are cut off",
            "That is ReLU, another layer. The convolution keeps what is negative.",
            one => one.Each((r, c) => Math.Max(0, one.Right(r, c)))
        ),
        new(
            "the sum without its sign",
            "Add up the products as they are, negative ones too.",
            one => one.Each((r, c) => Math.Abs(one.Right(r, c)))
        ),
        new(
            "the window moves by one pixel, whatever the stride",
            "The window of output pixel (r, c) begins at row r · stride and column c · stride.",
            one => one.Each((r, c) => one.SumFrom(r - one.Padding, c - one.Padding))
        ),
        new(
            "the stride spreads the window's pixels apart",
            "The stride moves the whole window: row r · stride + i, not r + i · stride.",
            one =>
                one.Each(
                    (r, c) =>
                        one.Sum(
                            (i, j) => one.Pixel(r + (i * one.Stride) - one.Padding, c + (j * one.Stride) - one.Padding) * one.Kernel[i, j]
                        )
                )
        ),
        new(
            "the stride moves the window down, but not to the right",
            "Columns too: the window begins at column c · stride.",
            one => one.Each((r, c) => one.SumFrom(one.Row(r), c - one.Padding))
        ),
        new(
            "the stride moves the window to the right, but not down",
            "Rows too: the window begins at row r · stride.",
            one => one.Each((r, c) => one.SumFrom(r - one.Padding, one.Column(c)))
        ),
        new(
            "the window begins at the image's first pixel, not in the padding",
            "With padding the first window begins `padding` rows above and `padding` columns left of the image: subtract it.",
            one => one.Each((r, c) => one.SumFrom(r * one.Stride, c * one.Stride))
        ),
        new(
            "the padding is added to the position",
            "Subtract it: the first window begins above and to the left of the image, at row −padding.",
            one => one.Each((r, c) => one.SumFrom((r * one.Stride) + one.Padding, (c * one.Stride) + one.Padding))
        ),
        new(
            "padding above, but not at the left",
            "Subtract `padding` from the column too.",
            one => one.Each((r, c) => one.SumFrom(one.Row(r), c * one.Stride))
        ),
        new(
            "padding at the left, but not above",
            "Subtract `padding` from the row too.",
            one => one.Each((r, c) => one.SumFrom(r * one.Stride, one.Column(c)))
        ),
        new(
            "the padding is multiplied by the stride",
            "Multiply first, then subtract: r · stride − padding.",
            one => one.Each((r, c) => one.SumFrom((r - one.Padding) * one.Stride, (c - one.Padding) * one.Stride))
        ),
        new(
            "outside the image the border's pixels are repeated",
            "Padding is zeros: where a row or a column is outside the image, add nothing.",
            one =>
                one.Each(
                    (r, c) =>
                        one.Sum(
                            (i, j) =>
                                one.Image[Math.Clamp(one.Row(r) + i, 0, one.Rows - 1), Math.Clamp(one.Column(c) + j, 0, one.Columns - 1)]
                                * one.Kernel[i, j]
                        )
                )
        ),
        new(
            "positions where the kernel stands on the border are left at zero",
            "There the pixels that lie in the image still count; only those outside are zero.",
            one =>
                one.Each(
                    (r, c) =>
                        one.Row(r) < 0 || one.Column(c) < 0 || one.Row(r) + one.K > one.Rows || one.Column(c) + one.L > one.Columns
                            ? 0
                            : one.Right(r, c)
                )
        ),
    ];

    public static string Run(Func<float[,], float[,], int, int, float[,]> convolve)
    {
        var random = new Random(3);
        var settings = 0;
        foreach (var (adds, whereToLook, group) in Groups)
        {
            var cases = group.Select(one => new Case(one, random)).ToList();
            var seen = new List<(Case Case, float[,] Seen)>();
            foreach (var one in cases)
            {
                try
                {
                    seen.Add((one, Call(convolve, one, adds)));
                }
                catch (WrongAnswerException)
                {
                    // A wrong number in a simpler setting says more than an exception in this one.
                    Sizes(seen, whereToLook);
                    Values(seen, whereToLook);
                    throw;
                }
            }

            Sizes(seen, whereToLook);
            Values(seen, whereToLook);
            settings += cases.Count;
        }

        return $"{settings} settings, with and without stride and padding, with images and kernels that are not square: your four "
            + "loops give "
            + "what `Conv2d` gives.";
    }

    private static float[,] Call(Func<float[,], float[,], int, int, float[,]> convolve, Case one, string adds)
    {
        var (image, kernel) = ((float[,])one.Image.Clone(), (float[,])one.Kernel.Clone());
        var (seen, failure) = Attempt.Of(() => convolve(image, kernel, one.Stride, one.Padding));
        if (failure is { SourceException: IndexOutOfRangeException })
        {
            throw new WrongAnswerException(
                $"An output of {one.OutputRows}×{one.OutputColumns} for {one}.",
                "IndexOutOfRangeException: your function read a pixel or a weight that does not exist.",
                one.Padding > 0
                    ? "With padding the window stands partly outside the image, where there is nothing to read: ask whether row and column "
                        + "are inside before you read a pixel, and add nothing where they are not."
                    : $"Without padding each window lies inside the image. It fails with {adds}: look at the bounds of the loops, "
                        + "and whether "
                        + "the first index is the row (`GetLength(0)`) and the second the column (`GetLength(1)`) in image, kernel "
                        + "and output."
            );
        }

        failure?.Throw();
        if (seen is null)
        {
            throw new WrongAnswerException(
                $"An output of {one.OutputRows}×{one.OutputColumns} for {one}.",
                "Your function returned null.",
                "Return the array that you filled."
            );
        }

        return Same(image, one.Image) && Same(kernel, one.Kernel)
            ? seen
            : throw new WrongAnswerException(
                "Image and kernel stay as they are.",
                "Your function wrote into the " + (Same(image, one.Image) ? "kernel" : "image") + " that it was given.",
                "Write into an array of your own: `new float[rows, columns]`."
            );
    }

    private static void Sizes(List<(Case Case, float[,] Seen)> seen, string whereToLook)
    {
        if (seen.Find(one => !SameSize(one.Seen, one.Case.Output)) is not { Seen: not null } wrong)
        {
            return;
        }

        var (size, one) = ($"{wrong.Seen.GetLength(0)}×{wrong.Seen.GetLength(1)}", wrong.Case);
        var expected = $"An output of {one.OutputRows}×{one.OutputColumns} for {one}.";
        if (seen.TrueForAll(each => (each.Seen.GetLength(0), each.Seen.GetLength(1)) == (each.Case.OutputColumns, each.Case.OutputRows)))
        {
            throw new WrongAnswerException(expected, $"{size}: rows and columns are swapped.", "`new float[rows, columns]`: rows first.");
        }

        foreach (var (what, hint, rule) in SizeSlips)
        {
            if (
                seen.TrueForAll(each =>
                    each.Seen.GetLength(0) == rule(each.Case.Rows, each.Case.K, each.Case.Padding, each.Case.Stride)
                    && each.Seen.GetLength(1) == rule(each.Case.Columns, each.Case.L, each.Case.Padding, each.Case.Stride)
                )
            )
            {
                throw new WrongAnswerException(expected, $"{size}: {what}.", hint);
            }
        }

        throw new WrongAnswerException(
            expected,
            $"{size}.",
            $"The rule is (I − K + 2P) / S + 1, for the rows ({one.Rows} − {one.K} + 2·{one.Padding}) / {one.Stride} + 1 and for "
                + "the columns "
                + $"({one.Columns} − {one.L} + 2·{one.Padding}) / {one.Stride} + 1. {whereToLook}"
        );
    }

    private static void Values(List<(Case Case, float[,] Seen)> seen, string whereToLook)
    {
        if (seen.Find(one => !Same(one.Seen, one.Case.Output)) is not { Seen: not null } wrong)
        {
            return;
        }

        var one = wrong.Case;
        var slip = Slip<Case, float[,]>.Of(Slips, seen, Same);
        var (row, column) = Case.Grid(one.OutputRows, one.OutputColumns).First(at => !Near(wrong.Seen[at.I, at.J], one.Output[at.I, at.J]));
        var expected =
            $"{Number(one.Output[row, column])} in row {row}, column {column} of the output, for {one}: "
            + string.Join(
                " + ",
                one.Positions()
                    .Select(at => $"{Number(one.Pixel(one.Row(row) + at.I, one.Column(column) + at.J))}·{Signed(one.Kernel[at.I, at.J])}")
            )
            + ".";
        var value = Number(wrong.Seen[row, column]);
        throw slip is null
            ? new WrongAnswerException(expected, $"{value}.", whereToLook)
            : new WrongAnswerException(expected, $"{value}: {slip.What}.", slip.Hint);
    }

    private static string Number(float value) =>
        value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture).Replace('-', '−');

    private static string Signed(float value) => value < 0 ? $"({Number(value)})" : Number(value);

    private static bool SameSize(float[,] a, float[,] b) => (a.GetLength(0), a.GetLength(1)) == (b.GetLength(0), b.GetLength(1));

    private static bool Same(float[,] a, float[,] b) => SameSize(a, b) && a.Cast<float>().Zip(b.Cast<float>(), Near).All(near => near);

    private static bool Near(float a, float b) => Math.Abs(a - b) <= 1e-3;

    /// <summary>An image and a kernel of small numbers that a learner can check in the head, and TorchSharp's output for them.</summary>
    private sealed class Case
    {
        public Case((int Rows, int Columns, int KernelRows, int KernelColumns, int Stride, int Padding) setting, Random random)
        {
            (Rows, Columns, K, L, Stride, Padding) = setting;
            Image = Random2D(Rows, Columns, () => random.Next(1, 10));
            // Two weights end in a half, so that a lost fraction shows.
            Kernel = Random2D(K, L, () => random.Next(-3, 4));
            Kernel[0, 0] = 1.5f;
            Kernel[K - 1, L - 1] = -2.5f;
            using var scope = NewDisposeScope();
            // Two images: for a single small image libtorch runs other code, which on some processors prints a warning each time.
            var output = functional.conv2d(
                from_array(Image).reshape(1, 1, Rows, Columns).expand(2, 1, Rows, Columns),
                from_array(Kernel).reshape(1, 1, K, L),
                strides: [Stride, Stride],
                padding: [Padding, Padding]
            );
            var values = output.data<float>().ToArray();
            (OutputRows, OutputColumns) = ((int)output.shape[2], (int)output.shape[3]);
            Output = Each((r, c) => values[(r * OutputColumns) + c]);
        }

        public int Rows { get; }

        public int Columns { get; }

        /// <summary>The kernel's rows.</summary>
        public int K { get; }

        /// <summary>The kernel's columns.</summary>
        public int L { get; }

        public int Stride { get; }

        public int Padding { get; }

        public float[,] Image { get; }

        public float[,] Kernel { get; }

        public float[,] Output { get; }

        public int OutputRows { get; }

        public int OutputColumns { get; }

        public bool IsSquare => Rows == Columns && K == L;

        public override string ToString() => $"an image of {Rows}×{Columns}, a kernel of {K}×{L}, stride {Stride} and padding {Padding}";

        /// <summary>The first row of the window of an output row.</summary>
        public int Row(int r) => (r * Stride) - Padding;

        public int Column(int c) => (c * Stride) - Padding;

        public float Pixel(int row, int column) => row >= 0 && row < Rows && column >= 0 && column < Columns ? Image[row, column] : 0;

        public float Right(int r, int c) => Output[r, c];

        public float Term(int r, int c, int i, int j) => Pixel(Row(r) + i, Column(c) + j) * Kernel[i, j];

        public IEnumerable<float> Terms(int r, int c) => Positions().Select(at => Term(r, c, at.I, at.J));

        public float Sum(Func<int, int, float> term) => Positions().Sum(at => term(at.I, at.J));

        public float SumFrom(int row, int column) => Sum((i, j) => Pixel(row + i, column + j) * Kernel[i, j]);

        /// <summary>The output with another weight in each place of the kernel.</summary>
        public float[,] Sums(Func<int, int, float> weight) =>
            Each((r, c) => Sum((i, j) => Pixel(Row(r) + i, Column(c) + j) * weight(i, j)));

        /// <summary>The output of a sum that is not set to zero again.</summary>
        public float[,] Running(bool rowByRow)
        {
            var sum = 0f;
            return Each(
                (r, c) =>
                {
                    sum = (rowByRow && c == 0 ? 0 : sum) + Right(r, c);
                    return sum;
                }
            );
        }

        public float[,] Each(Func<int, int, float> value)
        {
            var all = new float[OutputRows, OutputColumns];
            foreach (var (r, c) in Grid(OutputRows, OutputColumns))
            {
                all[r, c] = value(r, c);
            }

            return all;
        }

        public IEnumerable<(int I, int J)> Positions() => Grid(K, L);

        public static IEnumerable<(int I, int J)> Grid(int rows, int columns) =>
            Enumerable.Range(0, rows * columns).Select(at => (at / columns, at % columns));

        private static float[,] Random2D(int rows, int columns, Func<float> value)
        {
            var all = new float[rows, columns];
            for (var i = 0; i < rows * columns; i++)
            {
                all[i / columns, i % columns] = value();
            }

            return all;
        }
    }
}
