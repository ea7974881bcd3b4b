namespace CnnTutorial;

/// <summary>A usual way to be wrong. A check computes what it gives and compares that with what the learner's code gave.</summary>
/// <param name="What">What it is, to be read after the number that was seen.</param>
/// <param name="Hint">Where to look.</param>
/// <param name="Compute">What it gives for a case; null where it gives nothing of its own there.</param>
internal sealed record Slip<TCase, TResult>(string What, string Hint, Func<TCase, TResult?> Compute)
    where TResult : class
{
    /// <summary>The first slip that gives, in all of the cases in which it gives anything, what was seen.</summary>
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
