namespace CnnTutorial;

/// <summary>A common mistake. A check computes the result of the mistake and compares it with the result of the learner's code.</summary>
/// <param name="What">What it is, to be read after the number that was seen.</param>
/// <param name="Hint">Where to look.</param>
/// <param name="Compute">Its result for a case; null if the case cannot show it.</param>
internal sealed record Slip<TCase, TResult>(string What, string Hint, Func<TCase, TResult?> Compute)
    where TResult : class
{
    /// <summary>The first slip whose results equal what was seen, in all cases that can show it.</summary>
    public static Slip<TCase, TResult>? Of(
        IEnumerable<Slip<TCase, TResult>> slips,
        IReadOnlyList<(TCase Case, TResult Seen)> seen,
        Func<TResult, TResult, bool> same
    ) =>
        slips.FirstOrDefault(slip =>
            seen.Select(one => (Wrong: slip.Compute(one.Case), one.Seen)).Where(one => one.Wrong is not null).ToList()
                is { Count: > 0 } given
            && given.TrueForAll(one => same(one.Wrong!, one.Seen))
        );
}
