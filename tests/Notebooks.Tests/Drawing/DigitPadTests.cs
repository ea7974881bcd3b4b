using System.Text.Json;
using Microsoft.Playwright;
using NotebookHost.Documents;

namespace Notebooks.Tests.Drawing;

/// <summary>What the drawing pad computes in a browser, compared with TorchSharp; and the pad's size.</summary>
[Collection(nameof(BundledCourse))]
public sealed class DigitPadTests(PadPage pads) : IClassFixture<PadPage>
{
    /// <summary>Asks a pad about the first images; tells how long its first answer took.</summary>
    private const string Ask = """
        (pad, [images, count]) => {
            const bytes = Uint8Array.from(atob(images), letter => letter.charCodeAt(0)), all = [];
            const cold = performance.getEntriesByName('drawing pad: first prediction')[0].duration;
            let first = 0;
            for (let i = 0; i < count; i++) {
                const pixels = Float32Array.from(bytes.subarray(784 * i, 784 * (i + 1)), value => value / 255), begin = performance.now();
                all.push(...pad.predict(pixels));
                first = first || performance.now() - begin;
            }
            return JSON.stringify({ all, first, cold });
        }
        """;

    [Theory]
    [InlineData(PadPage.Course, 1000, 1e-4)]
    [InlineData(PadPage.ThreeBlocks, 200, 1e-4)]
    [InlineData(PadPage.Odd, 200, 1e-4)]
    [InlineData(PadPage.Wide, 100, 1e-3)]
    public async Task Its_probabilities_are_those_of_TorchSharp(int pad, int count, double tolerance)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await pads.OpenAsync(browser);
        var answer = JsonDocument
            .Parse(await PadPage.Pad(page, pad).EvaluateAsync<string>(Ask, new object[] { pads.Images, count }))
            .RootElement;
        var probabilities = answer.GetProperty("all").Deserialize<double[]>()!;
        var expected = pads.Expected[pad].Take(probabilities.Length).ToList();
        var classes = pads.Expected[pad].Length / 1000;
        Assert.Equal(count * classes, probabilities.Length);
        // Answers that were all alike would agree whatever the layers did.
        Assert.True(
            Enumerable
                .Range(0, classes)
                .Any(label => expected.Where((_, i) => i % classes == label) is var of && of.Max() - of.Min() > 0.3),
            "the network gives every image the same answer"
        );
        var largest = probabilities.Zip(expected, (mine, its) => Math.Abs(mine - its)).Max();
        TestContext.Current.SendDiagnosticMessage(
            $"Pad {pad}: largest difference {largest:0.0e+0}, first prediction on the page {answer.GetProperty("cold").GetDouble():0.0} "
                + $"ms, this pad's first for the hand {answer.GetProperty("first").GetDouble():0.0} ms."
        );
        Assert.InRange(largest, 0, tolerance);
    }

    [Fact]
    public void Its_output_is_small_enough_also_where_the_network_is_large()
    {
        var sizes = NotebookDocument
            .Load(pads.Run.File("pads.ipynb"))
            .Cells.SelectMany(cell => cell.Outputs)
            .Select(output => string.Concat(output!["data"]?["text/html"]?.AsArray().Select(line => line!.ToString()) ?? []))
            .Where(html => html.Contains("cnn-pad", StringComparison.Ordinal))
            .Select(html => System.Text.Encoding.UTF8.GetByteCount(html))
            .ToList();
        TestContext.Current.SendDiagnosticMessage($"Outputs: {string.Join(", ", sizes.Select(size => $"{size:N0}"))} bytes.");
        Assert.Equal(5, sizes.Count);
        Assert.All(sizes, size => Assert.InRange(size, 10_000, 1_500_000));
        // The smaller network is sent with three bytes a weight, the larger with two.
        Assert.InRange(sizes[PadPage.Course], 4 * 235_262, 4 * 235_262 + 60_000);
        Assert.InRange(sizes[PadPage.Wide], 4 * 421_642 * 2 / 3, (4 * 421_642 * 2 / 3) + 60_000);
    }

    [Fact]
    public void A_network_that_it_cannot_show_is_said_in_its_place()
    {
        var page = File.ReadAllText(pads.Run.File("pads.html"));
        Assert.Contains(
            "The drawing pad cannot show this network: its layer &#39;bent&#39; (Tanh) is none of the layers that the pad computes",
            page,
            StringComparison.Ordinal
        );
    }
}
