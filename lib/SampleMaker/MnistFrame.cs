namespace SampleMaker;

/// <summary>
/// Frames a digit as MNIST does: scaled with its proportions kept so that its longer side is 20 pixels, then placed in 28×28 pixels
/// so that its centre of mass lies in the middle (https://yann.lecun.com/exdb/mnist/). A network trained on one then works on the other.
/// </summary>
internal static class MnistFrame
{
    public const int Side = 28;
    private const int Box = 20;

    public static byte[] Frame(byte[] cell, int cellSide)
    {
        var (top, left, height, width) = InkBounds(cell, cellSide);
        var scale = (double)Box / Math.Max(height, width);
        var (scaledHeight, scaledWidth) = ((int)Math.Round(height * scale), (int)Math.Round(width * scale));
        var scaled = new double[scaledHeight, scaledWidth];
        double mass = 0,
            massY = 0,
            massX = 0;
        for (var y = 0; y < scaledHeight; y++)
        {
            for (var x = 0; x < scaledWidth; x++)
            {
                // Pixels are squares: their centres lie at half coordinates, before and after scaling.
                var value = Bilinear(
                    cell,
                    cellSide,
                    top + ((y + 0.5) * height / scaledHeight) - 0.5,
                    left + ((x + 0.5) * width / scaledWidth) - 0.5
                );
                scaled[y, x] = value;
                mass += value;
                // Counted from 0 to a pixel, not to its middle: so MNIST's centres lie around 14.0, and the pad's (strokes.js) as well.
                massY += value * y;
                massX += value * x;
            }
        }

        // Nothing is cut off: the box stays within the frame even where the centre of mass would push it out.
        var offsetY = Math.Clamp((int)Math.Round((Side / 2) - (massY / mass)), 0, Side - scaledHeight);
        var offsetX = Math.Clamp((int)Math.Round((Side / 2) - (massX / mass)), 0, Side - scaledWidth);
        var framed = new byte[Side * Side];
        for (var y = 0; y < scaledHeight; y++)
        {
            for (var x = 0; x < scaledWidth; x++)
            {
                framed[((y + offsetY) * Side) + x + offsetX] = (byte)Math.Round(scaled[y, x]);
            }
        }

        return framed;
    }

    private static (int Top, int Left, int Height, int Width) InkBounds(byte[] cell, int side)
    {
        int top = side,
            left = side,
            bottom = -1,
            right = -1;
        for (var i = 0; i < cell.Length; i++)
        {
            if (cell[i] == 0)
            {
                continue;
            }

            (top, bottom) = (Math.Min(top, i / side), Math.Max(bottom, i / side));
            (left, right) = (Math.Min(left, i % side), Math.Max(right, i % side));
        }

        return bottom < 0 ? throw new InvalidDataException("A cell holds no ink.") : (top, left, bottom - top + 1, right - left + 1);
    }

    private static double Bilinear(byte[] cell, int side, double y, double x)
    {
        var (y0, x0) = ((int)Math.Floor(y), (int)Math.Floor(x));
        var (fractionY, fractionX) = (y - y0, x - x0);
        return ((1 - fractionY) * (((1 - fractionX) * Pixel(y0, x0)) + (fractionX * Pixel(y0, x0 + 1))))
            + (fractionY * (((1 - fractionX) * Pixel(y0 + 1, x0)) + (fractionX * Pixel(y0 + 1, x0 + 1))));

        double Pixel(int row, int column) => row < 0 || column < 0 || row >= side || column >= side ? 0 : cell[(row * side) + column];
    }
}
