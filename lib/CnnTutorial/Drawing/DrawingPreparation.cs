namespace CnnTutorial;

/// <summary>How strokes become the 28×28 grey levels that a network sees: in the same way as its training images were made.</summary>
/// <param name="Box">The longer side of a drawing is scaled to this many pixels.</param>
/// <param name="ByMass">True to put its centre of mass in the middle; false to put the middle of its box there.</param>
/// <param name="Pen">The width of a line in pixels of the finished image, however large it was drawn.</param>
/// <param name="Fill">Whether the inside of outlines is filled.</param>
/// <param name="Tone">The grey level of ink, above 0 and at most 1.</param>
internal sealed record DrawingPreparation(int Box, bool ByMass, double Pen, bool Fill, double Tone)
{
    /// <summary>
    /// As MNIST's digits: scaled into 20×20 pixels with their proportions kept, grey levels from anti-aliasing, and then the centre of mass
    /// put in the middle of 28×28 (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits",
    /// https://yann.lecun.com/exdb/mnist/). In the test images the centre of mass lies within half a pixel of row 14 and column 14, counted
    /// from 0. They were moved by whole pixels, and so are drawings.
    /// </summary>
    /// <remarks>
    /// The page does not give the pen's width. Twice an image's ink, the sum of its pixels, divided by the length of its edges (its total
    /// variation) is the width of its lines: 2.6 pixels on average over MNIST's test images. With that the ten digits of this project's
    /// tests (Handwriting.cs), drawn by hand and not taken from MNIST, have 104 pixels of ink on average, and those of MNIST have 105.
    /// </remarks>
    public static DrawingPreparation Digits { get; } = new(20, ByMass: true, Pen: 2.6, Fill: false, Tone: 1);

    /// <summary>
    /// As Fashion-MNIST's garments: the longer side fills all 28 pixels and the middle of the box comes to the middle of the image
    /// (H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms", 2017, section
    /// 2).
    /// </summary>
    /// <remarks>
    /// They are photographs: a garment is an area and not a line. So an outline is filled, with 0.57, the mean grey level of
    /// the pixels above 0 in its test images.
    /// </remarks>
    public static DrawingPreparation Garments { get; } = new(28, ByMass: false, Pen: 2, Fill: true, Tone: 0.57);
}
