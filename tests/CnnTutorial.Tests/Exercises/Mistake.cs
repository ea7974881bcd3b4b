namespace CnnTutorial.Tests.Exercises;

/// <summary>Asserts on what a check says of a wrong answer.</summary>
internal static class Mistake
{
    /// <summary>The card names this mistake and none of the others.</summary>
    public static void IsRecognised(CheckResult result, string text, IEnumerable<string> allTexts)
    {
        Assert.Equal(CheckStatus.NotRight, result.Status);
        Assert.NotEmpty(result.Expected);
        Assert.NotEmpty(result.Hint);
        Assert.Contains(text, result.Seen, StringComparison.Ordinal);
        Assert.All(allTexts.Where(other => other != text), other => Assert.DoesNotContain(other, result.Seen, StringComparison.Ordinal));
    }

    /// <summary>The card names this cure and none of the others.</summary>
    public static void IsCured(CheckResult result, string text, IEnumerable<string> allTexts)
    {
        Assert.Equal(CheckStatus.NotRight, result.Status);
        Assert.Contains(text, result.Hint, StringComparison.Ordinal);
        Assert.All(allTexts.Where(other => other != text), other => Assert.DoesNotContain(other, result.Hint, StringComparison.Ordinal));
    }

    public static void IsNone(CheckResult result) => Assert.True(result.Passed, result.ToString());
}
