using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises;

/// <summary>TorchSharp's raw messages are put into the learner's terms. Each is provoked for real, so that these tests fail when a new
/// version changes the words.</summary>
[Collection(TorchRandom.Name)]
public sealed class ExceptionCauseTests
{
    private static readonly Dictionary<string, (Action Code, string Seen, string Hint)> Causes = new()
    {
        ["narrow beyond the end"] = (() => randperm(100).narrow(0, 96, 16), "only 4 were left", "Math.Min(batchSize, split.Count - start)"),
        ["narrow behind the end"] = (
            () => randperm(100).narrow(0, 160, 16),
            "begin at row 160, but the tensor has only 100 rows",
            "beyond the end"
        ),
        ["narrow of less than nothing"] = (() => randperm(100).narrow(0, 96, -2), "a negative number of rows", "not an end"),
        ["an index too large"] = (() => rand(10, 3)[12].Dispose(), "Index 12 was asked for", "count from 0"),
        ["a row too many"] = (
            () => rand(10, 3).index_select(0, tensor(new long[] { 12 })),
            "by a number that the tensor does not have",
            "randperm"
        ),
        ["rows along the channels"] = (
            () => rand(100, 1, 28, 28).index_select(1, tensor(new long[] { 94 })),
            "Number 94 was asked for along a dimension of length 1",
            "0 counts the images, 1 the channels"
        ),
        ["a type in place of a dimension"] = (() => rand(3, 4).sum(0).item<float>(), "type Byte was read as Single", "`sum(dim: 0)`"),
        ["rows that are no whole numbers"] = (() => rand(10, 3).index_select(0, tensor(new float[] { 1 })), "not whole numbers", "int64"),
        ["backward twice"] = (
            () =>
            {
                var loss = Loss();
                loss.backward();
                loss.backward();
            },
            "a second time on the same loss",
            "once for each batch"
        ),
        ["backward of nothing"] = (() => rand(4, 4).mean().backward(), "remembers no computation", "`torch.no_grad()` without `using`"),
        ["backward of many"] = (() => Linear(3, 4).call(rand(2, 3)).backward(), "more than one number", "one number"),
        ["mean of Bool"] = (() => rand(4).gt(0.5).mean(), "type Bool", ".sum().item<long>()"),
        ["mean of whole numbers"] = (() => randperm(4).mean(), "type Long", "Float32"),
        ["item of another type"] = (() => rand(4).sum().item<double>(), "type Float32 was read as Double", "item<float>()"),
        ["item of many"] = (() => rand(4).item<float>(), "more than one number", "sum()"),
        ["a freed tensor"] = (
            () =>
            {
                var freed = rand(3);
                freed.Dispose();
                freed.sum();
            },
            "used after it was freed",
            "ends at its closing brace"
        ),
        ["Linear of another size"] = (
            () => Linear(432, 128).call(rand(4, 1764)),
            "made for 432 numbers per image, but got rows of 1764",
            "after `Flatten`"
        ),
        ["channels"] = (() => Conv2d(36, 48, 3).call(rand(4, 24, 7, 7)), "36 input channels", "the filters of the convolution before"),
        ["too small"] = (() => MaxPool2d(2).call(rand(4, 3, 1, 1)), "nothing would be left", "28, 14, 7, 3"),
        ["labels of another batch"] = (
            () => Cross(rand(4, 10), zeros(3, ScalarType.Int64)),
            "logits for 4 images and 3 labels",
            "same batch"
        ),
        ["labels of 32 bits"] = (
            () => Cross(rand(4, 10), zeros(4, ScalarType.Int32)),
            "type Long was expected, but one of type Int came",
            "int64"
        ),
        ["a label too large"] = (() => Cross(rand(4, 10), full(4, 12, ScalarType.Int64)), "the label 12", "count from 0"),
        ["arguments swapped"] = (
            () => Cross(zeros(4, ScalarType.Int64), rand(4, 10)),
            "whole numbers, but needs logits",
            "arguments are swapped"
        ),
        ["labels of two dimensions"] = (() => Cross(rand(4, 10), zeros(4, 1, ScalarType.Int64)), "second dimension", "shape [n]"),
        ["view of another count"] = (
            () => rand(4, 9, 3, 3).view(4, 432),
            "324 numbers cannot take the shape [4, 432]",
            "product of a shape"
        ),
        ["view of a transposed tensor"] = (() => rand(4, 9).t().view(36), "row by row", "reshape"),
        ["bytes into a convolution"] = (
            () => Conv2d(1, 4, 3).call(zeros(4, 1, 28, 28, ScalarType.Byte)),
            "got images of type unsigned char",
            "to(ScalarType.Float32)"
        ),
        ["division in place"] = (() => tensor(new byte[] { 1 }).div_(255), "written into a tensor of type Byte", "Convert first"),
        ["lengths"] = (() => zeros(4).eq(zeros(7)), "different lengths met: 4 and 7", "argmax(0)"),
        ["a dimension too many"] = (() => rand(3, 4).softmax(2), "Dimension 2 was asked for", "1 the classes"),
        ["a weight in place"] = (() => Linear(3, 4).parameters().First().add_(1), "changed in place", "optimizer.step()"),
        ["stack of different shapes"] = (
            () => stack([rand(3), rand(4)]),
            "different shapes cannot be put together",
            "smaller than the others"
        ),
        ["a missing file"] = (
            () => Weights.Load(Linear(3, 4), Path.Combine(Path.GetTempPath(), "not-there.safetensors")),
            "A file that should be read is not there: not-there.safetensors",
            "Save it first"
        ),
        ["a file that is there"] = (
            () =>
            {
                var (from, to) = (Path.GetTempFileName(), Path.GetTempFileName());
                try
                {
                    File.Move(from, to);
                }
                finally
                {
                    File.Delete(from);
                    File.Delete(to);
                }
            },
            "one of this name was there already",
            "overwrite: true"
        ),
        ["no end"] = (
            () => throw new InsufficientExecutionStackException(),
            "A function called itself again and again, without end",
            "by its own name"
        ),
        ["null"] = (() => ((string)null!).Trim(), "A variable is null", "a value before it is used"),
    };

    public static TheoryData<string> Names() => [.. Causes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_raw_text_is_said_in_the_learners_terms(string name)
    {
        var (code, seen, hint) = Causes[name];
        using var scope = NewDisposeScope();
        var exception = Assert.ThrowsAny<Exception>(code);
        var explanation = ExceptionCause.Of(exception);
        Assert.Contains(seen, explanation.Seen, StringComparison.Ordinal);
        Assert.Contains(hint, explanation.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("ExternalException", explanation.Seen, StringComparison.Ordinal);
        Assert.DoesNotContain("05-train", explanation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrapped_is_unwrapped()
    {
        var wrapped = new AggregateException(new System.Reflection.TargetInvocationException(new DivideByZeroException("zero")));
        Assert.Contains("DivideByZeroException: zero", ExceptionCause.Of(wrapped).Seen, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nothing_of_the_learners_code_threw_is_no_code_that_does_not_end()
    {
        var explanation = ExceptionCause.Of(new DivideByZeroException("zero"));
        Assert.Equal("A result that can be used.", explanation.Expected);
        Assert.StartsWith("Your code ended, and then its result could not be used. ", explanation.Seen, StringComparison.Ordinal);
    }

    private static Tensor Loss() => Cross(Linear(3, 4).call(rand(2, 3)), zeros(2, ScalarType.Int64));

    private static Tensor Cross(Tensor logits, Tensor labels) => CrossEntropyLoss().call(logits, labels);
}
