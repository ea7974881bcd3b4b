using Microsoft.Playwright;

namespace Support.Browser;

/// <summary>Ten digits as a hand writes them, drawn on a pad by a pointer. None of them is an image of a data set.</summary>
internal static class Handwriting
{
    /// <summary>
    /// For each digit its strokes, and for each stroke points on the paper, x and y from 0 to 100, through which a smooth line goes;
    /// a point that stands twice is a corner.
    /// </summary>
    private static readonly int[][][] Digits =
    [
        [
            [58, 16, 42, 15, 28, 32, 25, 55, 33, 78, 50, 85, 67, 75, 74, 50, 70, 28, 55, 15],
        ],
        [
            [56, 14, 54, 40, 50, 65, 47, 87],
        ],
        [
            [27, 32, 36, 17, 55, 14, 69, 26, 66, 42, 50, 60, 33, 77, 24, 85, 24, 85, 45, 83, 62, 86, 78, 82],
        ],
        [
            [28, 22, 45, 13, 64, 20, 65, 36, 45, 47, 45, 47, 68, 55, 72, 72, 55, 87, 35, 85, 25, 76],
        ],
        [
            [38, 14, 31, 35, 25, 55, 25, 55, 50, 56, 78, 53],
            [64, 16, 61, 45, 58, 88],
        ],
        [
            [34, 18, 31, 33, 30, 45, 30, 45, 48, 40, 68, 50, 70, 70, 54, 86, 34, 84, 25, 76],
            [34, 18, 52, 17, 72, 15],
        ],
        [
            [62, 13, 45, 26, 32, 48, 29, 70, 40, 86, 58, 85, 68, 71, 60, 57, 44, 57, 32, 70],
        ],
        [
            [24, 22, 45, 20, 72, 18, 72, 18, 58, 45, 47, 68, 42, 88],
        ],
        [
            [62, 22, 48, 13, 34, 22, 37, 36, 52, 47, 67, 62, 65, 79, 49, 87, 34, 78, 36, 62, 52, 48, 64, 35, 61, 21],
        ],
        [
            [66, 28, 54, 15, 37, 21, 33, 37, 45, 47, 60, 42, 67, 28, 67, 28, 66, 50, 60, 72, 54, 88],
        ],
    ];

    /// <summary>The digits' names, as the pad says them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];

    /// <summary>A digit's strokes with a hand's tremor, in size and place a little different from digit to digit.</summary>
    public static IReadOnlyList<IReadOnlyList<(double X, double Y)>> Strokes(int digit)
    {
        var (size, left, top) = (0.7 + (0.05 * (digit % 5)), 0.02 * (digit % 3), 0.03 * (digit % 4));
        return
        [
            .. Digits[digit]
                .Select(stroke =>
                    (IReadOnlyList<(double, double)>)
                        [
                            .. Smooth(stroke)
                                .Select(
                                    (point, i) =>
                                        (
                                            left + (size * (point.X + (0.006 * Math.Sin((i * 0.9) + digit)))),
                                            top + (size * (point.Y + (0.006 * Math.Sin((i * 1.3) + (2 * digit)))))
                                        )
                                ),
                        ]
                ),
        ];
    }

    /// <summary>The keys that put the pen down where it is and draw a 1; Space lifts it.</summary>
    public static IReadOnlyList<string> KeysOfOne { get; } = ["Space", .. Enumerable.Repeat("ArrowDown", 14)];

    /// <summary>Draws with the mouse, pressing and lifting the button for each stroke.</summary>
    public static async Task DrawAsync(ILocator pad, IEnumerable<IReadOnlyList<(double X, double Y)>> strokes)
    {
        var paper = pad.Locator("[data-part=paper]");
        await paper.ScrollIntoViewIfNeededAsync();
        var box = (await paper.BoundingBoxAsync())!;
        var mouse = pad.Page.Mouse;
        foreach (var stroke in strokes)
        {
            var points = stroke.Select(point => ((float)(box.X + (point.X * box.Width)), (float)(box.Y + (point.Y * box.Height)))).ToList();
            await mouse.MoveAsync(points[0].Item1, points[0].Item2);
            await mouse.DownAsync();
            foreach (var (x, y) in points)
            {
                await mouse.MoveAsync(x, y);
            }

            await mouse.UpAsync();
        }
    }

    /// <summary>What stands beside the paper, once the picture of the last movement is on the screen.</summary>
    public static async Task<string> AnswerAsync(ILocator pad)
    {
        await pad.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        return await pad.Locator("[data-part=answer]").InnerTextAsync();
    }

    /// <summary>A Catmull-Rom spline through the points: https://en.wikipedia.org/wiki/Catmull–Rom_spline, uniform.</summary>
    private static IEnumerable<(double X, double Y)> Smooth(int[] stroke)
    {
        const int steps = 5;
        var points = stroke.Chunk(2).Select(pair => (X: pair[0] / 100.0, Y: pair[1] / 100.0)).ToList();
        for (var i = 0; i + 1 < points.Count; i++)
        {
            var (a, b, c, d) = (points[Math.Max(0, i - 1)], points[i], points[i + 1], points[Math.Min(points.Count - 1, i + 2)]);
            for (var step = 0; step < steps && b != c; step++)
            {
                var t = (double)step / steps;
                yield return (Between(a.X, b.X, c.X, d.X, t), Between(a.Y, b.Y, c.Y, d.Y, t));
            }
        }

        yield return points[^1];
    }

    private static double Between(double a, double b, double c, double d, double t) =>
        0.5 * ((2 * b) + ((c - a) * t) + (((2 * a) - (5 * b) + (4 * c) - d) * t * t) + (((3 * b) - a - (3 * c) + d) * t * t * t));
}
