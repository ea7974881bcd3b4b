using System.Xml.Linq;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Charts;

public sealed class NetworkDiagramTests
{
    private static NetworkDiagram Course() =>
        new NetworkDiagram(1, 28, 28)
            .Convolution(24, 3, padding: 1)
            .MaxPool(2)
            .Convolution(36, 3, padding: 1)
            .MaxPool(2)
            .Flatten()
            .Dense(128)
            .Dense(10);

    [Fact]
    public void It_computes_sizes_and_parameters_as_the_layers_do()
    {
        Assert.Equal(
            "Image 1 × 28 × 28 → Convolution 24 × 28 × 28 → Max-pooling 24 × 14 × 14 → Convolution 36 × 14 × 14 → Max-pooling 36 × 7 × "
                + "7 → Flatten 1,764 → Dense 128 → Dense 10",
            Course().ToString()
        );
        Assert.Equal((235_262, 10), (Course().Parameters, Course().Outputs));

        using var layer = Conv2d(3, 5, kernel_size: 4, stride: 3, padding: 2);
        using var output = layer.call(torch.zeros(1, 3, 11, 20));
        var diagram = new NetworkDiagram(3, 11, 20).Convolution(5, 4, padding: 2, stride: 3);
        Assert.EndsWith($"{output.shape[1]} × {output.shape[2]} × {output.shape[3]}", diagram.ToString(), StringComparison.Ordinal);
        Assert.Equal(layer.parameters().Sum(parameter => parameter.numel()), diagram.Parameters);
    }

    [Fact]
    public void Both_drawings_are_sound_xml_and_stay_inside_their_frame()
    {
        var html = Course().ToHtml();
        var drawings = XElement.Parse(html[html.IndexOf("<div", StringComparison.Ordinal)..]).Elements("svg").ToList();
        Assert.Equal(["wide", "tall"], drawings.Select(svg => (string)svg.Attribute("class")!));
        Assert.All(
            drawings,
            svg =>
            {
                var frame = ((string)svg.Attribute("viewBox")!).Split(' ').Select(double.Parse).ToArray();
                Assert.NotEmpty(svg.Elements("rect"));
                Assert.All(
                    svg.Elements("rect"),
                    rect =>
                    {
                        Assert.InRange((double)rect.Attribute("x")!, 0, frame[2] - (double)rect.Attribute("width")!);
                        Assert.InRange((double)rect.Attribute("y")!, 0, frame[3] - (double)rect.Attribute("height")!);
                    }
                );
                Assert.All(
                    ["24 filters 3×3", "36 × 7 × 7", "225,920 parameters"],
                    (Action<string>)(text => Assert.Contains(text, svg.Value, StringComparison.Ordinal))
                );
            }
        );
    }

    [Fact]
    public void What_cannot_be_built_is_named()
    {
        var tooLarge = Assert.Throws<InvalidOperationException>(() => new NetworkDiagram(1, 4, 4).Convolution(2, 7, padding: 1));
        Assert.Contains("7×7 does not fit: its input is 4×4, padding 1", tooLarge.Message, StringComparison.Ordinal);
        var notFlat = Assert.Throws<InvalidOperationException>(() => new NetworkDiagram(1, 4, 4).Dense(2));
        Assert.Contains("Call Flatten() before Dense(2)", notFlat.Message, StringComparison.Ordinal);
        var flat = Assert.Throws<InvalidOperationException>(() => Course().MaxPool(2));
        Assert.Contains("gives a row of 10 numbers", flat.Message, StringComparison.Ordinal);
    }
}
