using BigGustave;
using CnnTutorial;

namespace SampleMaker;

/// <summary>
/// OpenCV's digits.png: 50 rows × 100 columns of cells of 20×20 pixels, white on black, 500 of each class in order.
/// </summary>
internal static class OpenCvDigits
{
    private const int Cell = 20;
    private const int CellsAcross = 100;
    private const int RowsPerClass = 5;
    private const int Classes = 10;

    /// <summary>
    /// 4,000 images to train and 1,000 to test, the same number of each class. Neighbouring cells often come from one writer (slant and
    /// thickness of the pen stay alike for some ten cells). So the test images are one block, the last of the five rows of each class: if
    /// they were interleaved, nearly every writer would be in both splits.
    /// </summary>
    public static (ImageSplit Train, ImageSplit Test) Read(string path)
    {
        var png = Png.Open(path);
        if (png.Width != CellsAcross * Cell || png.Height != Classes * RowsPerClass * Cell)
        {
            throw new InvalidDataException($"'{path}' is {png.Width}×{png.Height} pixels, not 2000×1000; take digits.png from OpenCV 4.");
        }

        var train = new List<(byte Label, byte[] Pixels)>();
        var test = new List<(byte Label, byte[] Pixels)>();
        for (var row = 0; row < Classes * RowsPerClass; row++)
        {
            for (var column = 0; column < CellsAcross; column++)
            {
                var split = row % RowsPerClass == RowsPerClass - 1 ? test : train;
                split.Add(((byte)(row / RowsPerClass), MnistFrame.Frame(ReadCell(png, row, column), Cell)));
            }
        }

        // Random with a seed has given the same numbers in every version of .NET so far.
        var random = new Random(28);
        return (Shuffle(train, random), Shuffle(test, random));
    }

    private static byte[] ReadCell(Png png, int row, int column)
    {
        var cell = new byte[Cell * Cell];
        for (var y = 0; y < Cell; y++)
        {
            for (var x = 0; x < Cell; x++)
            {
                cell[(y * Cell) + x] = png.GetPixel((column * Cell) + x, (row * Cell) + y).R;
            }
        }

        return cell;
    }

    private static ImageSplit Shuffle(List<(byte Label, byte[] Pixels)> digits, Random random)
    {
        for (var i = digits.Count - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (digits[i], digits[j]) = (digits[j], digits[i]);
        }

        return new ImageSplit(
            [.. digits.SelectMany(digit => digit.Pixels)],
            [.. digits.Select(digit => digit.Label)],
            MnistFrame.Side,
            MnistFrame.Side
        );
    }
}
