using System.IO.Compression;
using System.Text.Json;
using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial.Tests.Inspection;

/// <summary>What travels with the chart; how it shows is tested in a browser, in Notebooks.Tests.</summary>
[Collection(TorchRandom.Name)]
public sealed class ImageScatterTests
{
    private static readonly string[] Names = ["zero", "one", "two & <three>", "four"];

    [Fact]
    public void The_images_arrive_in_sixteen_shades_and_each_with_its_point_and_class()
    {
        var split = Toy.Images(21, 4);
        var components = Components(split);
        var settings = Settings(new ImageScatter(split, components, Names).ToHtml());
        using var packed = new GZipStream(
            new MemoryStream(settings.GetProperty("images").GetBytesFromBase64()),
            CompressionMode.Decompress
        );
        using var unpacked = new MemoryStream();
        packed.CopyTo(unpacked);
        var halves = unpacked.ToArray();
        Assert.All(
            split.Images.Select((pixel, i) => (Pixel: pixel, Shade: 17 * ((halves[i / 2] >> (i % 2 * 4)) & 15))),
            pair => Assert.InRange(pair.Shade - pair.Pixel, -8, 8)
        );
        Assert.Equal(split.Labels.Select(label => (int)label), settings.GetProperty("labels").Deserialize<int[]>()!);
        var members = settings.GetProperty("members").Deserialize<int[][]>()!;
        Assert.Equal(Enumerable.Range(0, 21), members.SelectMany(image => image).Order());
        Assert.All(members, images => Assert.Single(images.Select(image => split.Labels[image]).Distinct()));
        Assert.Equal(
            components.Points[7].Select(value => Math.Round(value, 3)),
            settings.GetProperty("places")[7].Deserialize<double[]>()!
        );
    }

    [Fact]
    public void Its_table_says_where_the_classes_lie()
    {
        // Two classes at 3 and -3 of the only direction in which they differ.
        var split = new ImageSplit(new byte[4 * 64], [0, 0, 1, 1], 8, 8);
        using var values = tensor(new[] { 3f, 1, 3, -1, -3, 1, -3, -1 }).reshape(4, 2);
        var html = new ImageScatter(split, PrincipalComponents.Of(values), ["a", "b"], title: "two <classes>").ToHtml();
        Assert.Contains(
            "<td>a</td><td class=\"number\">2</td><td class=\"number\">3.0</td><td class=\"number\">0.0</td><td>b</td>",
            html.Replace("-0.0", "0.0", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.Contains("Axis 1: 90 % of the variance", html, StringComparison.Ordinal);
        Assert.DoesNotContain("two <classes>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_belong_together_is_named()
    {
        var split = Toy.Images(6, 4);
        Assert.StartsWith(
            "There are 6 points and 5 images",
            Assert.Throws<ArgumentException>(() => new ImageScatter(split.Take(5), Components(split), Names)).Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "There are 2 predictions and 6 images",
            Assert
                .Throws<ArgumentException>(() => new ImageScatter(split, Components(split), Names, new Predictions(new float[8], 4)))
                .Message,
            StringComparison.Ordinal
        );
        using var values = rand(6, 3);
        Assert.StartsWith(
            "The points have one axis",
            Assert.Throws<ArgumentException>(() => new ImageScatter(split, PrincipalComponents.Of(values, axes: 1), Names)).Message,
            StringComparison.Ordinal
        );
    }

    private static PrincipalComponents Components(ImageSplit split)
    {
        using var scope = NewDisposeScope();
        return PrincipalComponents.Of(split.ToImageTensor().flatten(1));
    }

    /// <summary>What the script is given: the JSON after its last call's element.</summary>
    private static JsonElement Settings(string html)
    {
        var json = html[html.LastIndexOf("(root,{", StringComparison.Ordinal)..]["(root,".Length..^"));</script>".Length];
        return JsonDocument.Parse(json).RootElement;
    }
}
