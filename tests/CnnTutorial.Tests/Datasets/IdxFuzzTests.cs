namespace CnnTutorial.Tests;

/// <summary>A shortened form of <c>dotnet run --project tests/Benchmarks -- fuzz-idx</c>.</summary>
public sealed class IdxFuzzTests
{
    [Fact]
    public async Task Thirty_thousand_hostile_files_are_taken_exactly_or_refused_in_a_sentence()
    {
        var fuzzer = new IdxFuzzer(seed: 1, largestBomb: 1L << 30);
        await fuzzer.RunAsync(first: 0, count: 30_000);

        // Each kind of harm was done, often, and both outcomes were seen.
        Assert.Equal(15, fuzzer.Tallies.Count);
        Assert.All(fuzzer.Tallies.Values, tally => Assert.True(tally.Inputs > 200));
        Assert.InRange(fuzzer.Tallies.Values.Sum(tally => tally.Accepted), 3_000, 15_000);
        var unchanged = fuzzer.Tallies["unchanged"];
        // A twentieth is read as the other kind of file, and refused.
        Assert.InRange(unchanged.Accepted / (double)unchanged.Inputs, 0.9, 0.99);
    }
}
