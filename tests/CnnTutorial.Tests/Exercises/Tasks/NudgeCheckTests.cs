using CnnTutorial.Tests.Training;

namespace CnnTutorial.Tests.Exercises.Tasks;

[Collection(TorchRandom.Name)]
public sealed class NudgeCheckTests
{
    private delegate double Nudge(Func<float[], double> loss, float[] weights, int index, float epsilon);

    private static readonly Dictionary<string, (Nudge Code, string Seen)> Mistakes = new()
    {
        ["loss not used"] = ((_, _, _, _) => 3, "`loss` was never called"),
        ["not put back"] = (
            (loss, w, i, e) =>
            {
                var before = loss(w);
                w[i] += e;
                return (loss(w) - before) / e;
            },
            "weights[0] is 0.51"
        ),
        ["another weight changed"] = (
            (loss, w, i, e) =>
            {
                var right = Right(loss, w, i, e);
                w[(i + 1) % w.Length] = 0;
                return right;
            },
            "weights[1] is 0."
        ),
        ["the same array"] = (
            (loss, w, i, e) =>
            {
                var nudged = w;
                nudged[i] += e;
                var ratio = (loss(nudged) - loss(w)) / e;
                w[i] -= e;
                w[i] = i switch
                {
                    0 => 0.5f,
                    1 => -1.2f,
                    2 => 2,
                    _ => 0.8f,
                };
                return ratio;
            },
            "the loss does not change"
        ),
        ["reversed"] = ((loss, w, i, e) => -Right(loss, w, i, e), "the sign is wrong"),
        ["not divided"] = ((loss, w, i, e) => Right(loss, w, i, e) * e, "not divided by ε"),
        ["multiplied"] = ((loss, w, i, e) => Right(loss, w, i, e) * e * e, "the difference of the losses times ε"),
        ["halved"] = ((loss, w, i, e) => Right(loss, w, i, e) / 2, "half of it"),
        ["both sides by one"] = ((loss, w, i, e) => (loss(Nudged(w, i, e)) - loss(Nudged(w, i, -e))) / e, "twice as much"),
        ["no subtraction"] = ((loss, w, i, e) => loss(Nudged(w, i, e)) / e, "the loss after the nudge, divided by ε"),
        ["brackets"] = ((loss, w, i, e) => loss(Nudged(w, i, e)) - (loss(w) / e), "only the second loss is divided"),
        ["the loss"] = ((loss, w, i, e) => loss(w), "the loss itself"),
        ["all of them"] = ((loss, w, i, e) => (loss([.. w.Select(x => x + e)]) - loss(w)) / e, "all weights were nudged at once"),
        ["always the first"] = ((loss, w, _, e) => Right(loss, w, 0, e), "whichever was asked for"),
        ["one further"] = ((loss, w, i, e) => Right(loss, w, (i + 1) % w.Length, e), "the weight after it"),
        ["set to epsilon"] = ((loss, w, i, e) => (loss(Nudged(w, i, e - w[i])) - loss(w)) / e, "the weight was set to ε"),
        ["in percent"] = ((loss, w, i, e) => (loss(Nudged(w, i, e * w[i])) - loss(w)) / e, "multiplied by 1 + ε"),
        ["of no known kind"] = ((loss, w, i, e) => (Right(loss, w, i, e) * 1.7) + 2, "7.1"),
    };

    private static readonly Dictionary<string, Nudge> RightAnswers = new()
    {
        ["a copy"] = Right,
        ["there and back"] = (loss, w, i, e) =>
        {
            var (before, old) = (loss(w), w[i]);
            w[i] = old + e;
            var after = loss(w);
            w[i] = old;
            return (after - before) / e;
        },
        ["to both sides"] = (loss, w, i, e) => (loss(Nudged(w, i, e)) - loss(Nudged(w, i, -e))) / (2 * e),
        ["to the other side"] = (loss, w, i, e) => (loss(w) - loss(Nudged(w, i, -e))) / e,
        ["a shorter nudge"] = (loss, w, i, e) => Right(loss, w, i, e / 10),
        ["with the sum rounded as it is"] = (loss, w, i, e) =>
        {
            var nudged = Nudged(w, i, e);
            return (loss(nudged) - loss(w)) / (nudged[i] - w[i]);
        },
    };

    public static TheoryData<string> MistakeNames() => [.. Mistakes.Keys];

    public static TheoryData<string> RightNames() => [.. RightAnswers.Keys];

    [Theory]
    [MemberData(nameof(MistakeNames))]
    public void A_mistake_is_recognised(string mistake) =>
        Mistake.IsRecognised(
            Exercise.CheckNudge(Mistakes[mistake].Code.Invoke),
            Mistakes[mistake].Seen,
            Mistakes.Values.Select(other => other.Seen)
        );

    [Theory]
    [MemberData(nameof(RightNames))]
    public void A_right_answer_passes(string answer) => Mistake.IsNone(Exercise.CheckNudge(RightAnswers[answer].Invoke));

    [Fact]
    public void The_stub_is_not_yet() =>
        Assert.Equal(CheckStatus.NotYet, Exercise.CheckNudge((_, _, _, _) => throw new NotImplementedException("Fill me in.")).Status);

    private static float[] Nudged(float[] weights, int index, float by)
    {
        var copy = weights.ToArray();
        copy[index] += by;
        return copy;
    }

    private static double Right(Func<float[], double> loss, float[] w, int i, float e) => (loss(Nudged(w, i, e)) - loss(w)) / e;
}
