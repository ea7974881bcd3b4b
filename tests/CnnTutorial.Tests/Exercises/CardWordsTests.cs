namespace CnnTutorial.Tests.Exercises;

/// <summary>Vague words do not appear in a card.</summary>
public sealed class CardWordsTests
{
    [Fact]
    public void No_card_speaks_of_another_number_or_of_something()
    {
        var folder = Path.Combine(CourseFolders.Root, "lib", "CnnTutorial", "Exercises");
        var texts = Directory
            .EnumerateFiles(folder, "*.cs")
            .SelectMany(path => File.ReadLines(path).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)))
            .ToList();
        Assert.True(texts.Count > 1000);
        Assert.DoesNotContain(texts, line => line.Contains("another number", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(texts, line => line.Contains("something", StringComparison.OrdinalIgnoreCase));
    }
}
