namespace CnnTutorial.Tests;

public sealed class DrawingsTests
{
    [Fact]
    public void Drawings_come_back_as_they_were_drawn()
    {
        var text = $"""
            # Drawings, 28×28, 4 bits a pixel

            {Lines("circle", 6, first: 1)}
            {Lines("long name", 5, first: 7)}
            """;
        var drawings = Drawings.Parse(text.ReplaceLineEndings("\r\n"));
        Assert.Equal(["circle", "long name"], drawings.ClassNames);
        Assert.Equal((8, 3), (drawings.Train.Count, drawings.Test.Count));
        Assert.Equal((28, 28, 1), (drawings.Train.Rows, drawings.Train.Columns, drawings.Train.Channels));
        foreach (var split in new[] { drawings.Train, drawings.Test })
        {
            for (var i = 0; i < split.Count; i++)
            {
                // Each drawing is all paper but for its first two pixels: 15, and its number.
                var image = split.Image(i).ToArray();
                Assert.Equal(255, image[0]);
                Assert.Equal(split.Labels[i] == 0, image[1] / 17 < 7);
                Assert.All(image[2..], pixel => Assert.Equal(0, pixel));
            }
        }

        // And none is lost or doubled.
        var all = drawings.Train.Images.Chunk(784).Concat(drawings.Test.Images.Chunk(784)).Select(image => image[1] / 17);
        Assert.Equal(Enumerable.Range(1, 11), all.Order());
    }

    [Fact]
    public void Spaces_in_place_of_the_tab_are_read_too()
    {
        var text = Lines("a b", 5, 1).Replace("\t", "    ", StringComparison.Ordinal) + "\n" + Lines("c", 5, 6);
        Assert.Equal(["a b", "c"], Drawings.Parse(text).ClassNames);
    }

    [Theory]
    [InlineData("circle", "Line 3 of the text of drawings has no class name before its drawing")]
    [InlineData(
        "circle\tAAAA",
        "Line 3 of the text of drawings does not hold a complete drawing of 28×28 pixels; copy all of the text again"
    )]
    [InlineData("circle\tnot base64!", "Line 3 of the text of drawings does not hold a complete drawing")]
    public void A_line_that_is_no_drawing_is_named(string line, string says)
    {
        var text = $"# drawings\n\n{line}\n{Lines("b", 5, 1)}";
        Assert.StartsWith(says, Assert.Throws<InvalidDataException>(() => Drawings.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_drawings_and_none_are_said_in_one_sentence()
    {
        Says("", "The text of drawings holds no image that can be read");
        Says(Lines("a", 9, 1), "The text of drawings holds one class only, 'a'");
        Says($"{Lines("a", 5, 1)}\n{Lines("b", 4, 6)}", "The text of drawings holds 4 images of the class 'b', and 5 are the fewest");

        static void Says(string text, string says) =>
            Assert.StartsWith(says, Assert.Throws<InvalidDataException>(() => Drawings.Parse(text)).Message, StringComparison.Ordinal);
    }

    private static string Lines(string name, int count, int first) =>
        string.Join(
            '\n',
            Enumerable.Range(first, count).Select(number => $"{name}\t{Convert.ToBase64String([(byte)(0xF0 | number), .. new byte[391]])}")
        );
}
