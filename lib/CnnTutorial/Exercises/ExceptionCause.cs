using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using TorchSharp;

namespace CnnTutorial;

/// <summary>Explains an exception that the learner's code threw: what happened, with the numbers, and what most likely caused it.</summary>
internal static partial class ExceptionCause
{
    /// <summary>An exception in the learner's terms.</summary>
    /// <param name="Seen">What happened.</param>
    /// <param name="Hint">Where to look, and where it happened.</param>
    /// <param name="Expected">What was asked for.</param>
    internal sealed record Explanation(string Seen, string Hint, string Expected = "Code that runs to its end.");

    /// <summary>The texts of TorchSharp that a beginner meets (seen with 0.107.0), and what to say for each.</summary>
    private static readonly (Regex Text, Func<Match, (string Seen, string Hint)> Explain)[] Known =
    [
        (NarrowEnd(), match => Narrow(Number(match, 1), Number(match, 2), Number(match, 3))),
        (
            NarrowStart(),
            match =>
                (
                    $"`narrow` was asked to begin at row {match.Groups[2].Value}, but the tensor has only {match.Groups[1].Value} rows.",
                    "The loop goes on beyond the end: it goes on while the start is less than `split.Count`, and starts at 0."
                )
        ),
        (
            new("narrow\\(\\): length must be non-negative"),
            _ =>
                (
                    "`narrow` was asked for a negative number of rows.",
                    "Its third number is a length, not an end, and never negative: `Math.Min(batchSize, split.Count - start)`."
                )
        ),
        (
            SelectRange(),
            match =>
                (
                    $"Index {match.Groups[1].Value} was asked for, but the tensor of shape [{match.Groups[2].Value}] does not have "
                        + $"it in dimension {match.Groups[3].Value}.",
                    "Numbers count from 0 to the length minus 1. Does your loop end in time?"
                )
        ),
        (
            new("index out of range in self|index \\d+ is out of bounds"),
            _ =>
                (
                    "An image was asked for by a number that the tensor does not have.",
                    "The images are numbered 0 to `split.Count - 1`: take the order of `randperm(split.Count)`, and no number of your own."
                )
        ),
        (
            OutOfData(),
            match =>
                (
                    $"Number {match.Groups[1].Value} was asked for along a dimension of length {match.Groups[2].Value}.",
                    "In `index_select(0, rows)` the 0 is the dimension: 0 counts the images, 1 the channels. The images are numbered 0 to "
                        + "`split.Count - 1`."
                )
        ),
        (
            new("index_select\\(\\): Expected dtype"),
            _ =>
                (
                    "`index_select` got row numbers that are not whole numbers.",
                    "Row numbers are int64, as `torch.randperm(…)` gives them, or `torch.tensor(…)` of a `long[]`."
                )
        ),
        (
            new("backward through the graph a second time"),
            _ =>
                (
                    "`backward()` was called a second time on the same loss.",
                    "`backward()` frees what it went through, so it works only once for each loss. Call it once for each batch, on the "
                        + "loss of that "
                        + "batch, and not on a sum of losses of batches that are over."
                )
        ),
        (
            new("does not require grad and does not have a grad_fn"),
            _ =>
                (
                    "`backward()` was called on a loss that remembers no computation: there is nothing to compute gradients from.",
                    "Either gradients are switched off (a `torch.no_grad()` without `using` stays on, in an earlier call or in the "
                        + "evaluation too), or the loss was cut off from the network: by `detach()`, by `item<float>()` and a new "
                        + "tensor, or by "
                        + "`argmax`."
                )
        ),
        (
            MeanType(),
            match =>
                (
                    $"`mean()` was called on a tensor of type {match.Groups[1].Value}, and it takes only floating point numbers.",
                    "`eq(…)` gives true and false (Bool), `argmax(1)` and labels are whole numbers (Long). Count with "
                        + "`.sum().item<long>()` and divide as `double`, or convert first: `.to(ScalarType.Float32).mean()`."
                )
        ),
        (
            ItemType(),
            match =>
                (
                    $"A tensor of type {match.Groups[2].Value} was read as {match.Groups[1].Value}.",
                    match.Groups[2].Value == "Byte"
                        ? "Is it `sum(0)`? TorchSharp takes that 0 for the type Byte: write `sum(dim: 0)`."
                        : "`item` needs the tensor's own type: a float32 tensor's number is `item<float>()`, an int64 tensor's "
                            + "`item<long>()`."
                )
        ),
        (
            new("Number of elements in the tensor must be 1"),
            _ =>
                (
                    "`item` was called on a tensor of more than one number.",
                    "Make one number of it first, with `sum()` or `mean()`; a loss has one already."
                )
        ),
        (
            new("empty handle"),
            _ =>
                (
                    "A tensor was used after it was freed.",
                    "A `using` or a dispose scope ends at its closing brace and frees all tensors made in it. To keep a number "
                        + "longer, take it out (`.item<float>()`); to keep a tensor, call `x.MoveToOuterDisposeScope()`. A batch "
                        + "lives until the next one is asked "
                        + "for: `ToList` keeps batches that are already freed."
                )
        ),
        (
            LinearShape(),
            match =>
                (
                    $"A Linear layer is made for {match.Groups[3].Value} numbers per image, but got rows of {match.Groups[2].Value}.",
                    "The first number of `Linear(…)` is what comes in: after `Flatten` that is channels · rows · columns."
                )
        ),
        (
            ConvolutionChannels(),
            match =>
                (
                    $"A Conv2d is made for {match.Groups[1].Value} input channels, but got images of another shape.",
                    $"It needs [n, {match.Groups[1].Value}, rows, columns]. The first number of `Conv2d(…)` is the number of channels that "
                        + "come in: the filters of the convolution before, or 1 for grey images. A convolution cannot come after `Flatten`."
                )
        ),
        (
            TooSmall(),
            match =>
                (
                    $"A pooling or convolution got images of ({match.Groups[1].Value}), and nothing would be left of them.",
                    "Each pooling halves the side: 28, 14, 7, 3. Is there one pooling too many?"
                )
        ),
        (
            LossLengths(),
            match =>
                (
                    $"The loss got logits for {match.Groups[1].Value} images and {match.Groups[2].Value} labels.",
                    "Logits and labels must come from the same batch: `loss.call(model.call(batch.Images), batch.Labels)`."
                )
        ),
        (
            new("Expected floating point type for target with class probabilities"),
            _ =>
                (
                    "The loss got one number per image, but needs a row of logits.",
                    "It needs the logits, [n, 10], as the network gives them: `argmax` turns each row into one number, and has no "
                        + "gradients."
                )
        ),
        (
            new("log_softmax.*not implemented for"),
            _ =>
                (
                    "The loss got whole numbers, but needs logits.",
                    "The loss got logits of the wrong type, or the arguments are swapped: logits first, labels second."
                )
        ),
        (
            new("multi-target not supported"),
            _ =>
                (
                    "The loss got labels with a second dimension.",
                    "Labels have shape [n]: one whole number per image, no row of zeros and a one."
                )
        ),
        (
            LabelRange(),
            match =>
                (
                    $"The loss got the label {match.Groups[1].Value}, but the network has fewer outputs.",
                    "Labels count from 0, and the last layer has one output for each class."
                )
        ),
        (
            ExpectedType(),
            match =>
                (
                    $"A tensor of type {match.Groups[1].Value} was expected, but one of type {match.Groups[2].Value} came.",
                    "A tensor has the wrong type: images are float32, labels int64."
                )
        ),
        (
            InputType(),
            match =>
                (
                    $"A layer of type {match.Groups[2].Value} got images of type {match.Groups[1].Value}.",
                    match.Groups[2].Value == "double"
                        ? "Images and weights are float32: leave out the `to(ScalarType.Float64)` of the network."
                        : "A tensor has the wrong type: images are float32, labels int64. `to(ScalarType.Float32)` converts."
                )
        ),
        (
            CastType(),
            match =>
                (
                    $"A result of type {match.Groups[1].Value} could not be written into a tensor of type {match.Groups[2].Value}.",
                    "A function whose name ends in `_` writes into its own tensor, which keeps its type. Convert first: "
                        + "`to(ScalarType.Float32)`, then divide."
                )
        ),
        (
            new("not implemented for"),
            _ =>
                (
                    "An operation got a tensor of a type that it does not take.",
                    "A tensor has the wrong type: images are float32, labels int64."
                )
        ),
        (
            new("grad can be implicitly created only for scalar"),
            _ =>
                (
                    "`backward()` was called on a tensor of more than one number.",
                    "It belongs on the loss, which is one number: `loss.call(logits, batch.Labels).backward()`."
                )
        ),
        (
            Lengths(),
            match =>
                (
                    $"Two tensors of different lengths met: {match.Groups[1].Value} and {match.Groups[2].Value}.",
                    "Was it `argmax(0)`? 0 counts the images, 1 the classes: `argmax(1)` gives one class for each image."
                )
        ),
        (
            new("modified by an inplace operation"),
            _ =>
                (
                    "The weights were changed between the call of the network and `backward()`.",
                    "`step()` stands before `backward()`. The order of the lines is: zero_grad, call the network, loss, backward, step."
                )
        ),
        (
            new("leaf Variable that requires grad is being used in an in-place"),
            _ => ("A weight was changed in place while gradients are kept.", "Leave the weights to `optimizer.step()`.")
        ),
        (
            InvalidShape(),
            match =>
                (
                    $"A tensor of {match.Groups[2].Value} numbers cannot take the shape [{match.Groups[1].Value}], which has "
                        + "another count.",
                    "The product of a shape is the count of its numbers; one of them may be −1 and is then computed: `view(-1, 1, "
                        + "28, 28)`."
                )
        ),
        (
            new("view size is not compatible with input tensor"),
            _ => ("`view` was called on a tensor that is not stored row by row.", "Use `reshape` there, which copies.")
        ),
        (
            DimensionRange(),
            match =>
                (
                    $"Dimension {match.Groups[3].Value} was asked for, but the tensor has only {match.Groups[1].Value} to "
                        + $"{match.Groups[2].Value}.",
                    "Logits have shape [n, 10]: dimension 0 counts the images, 1 the classes."
                )
        ),
        (
            new("stack expects each tensor to be equal size|Sizes of tensors must match"),
            _ =>
                (
                    "Tensors of different shapes cannot be put together.",
                    "The last batch is smaller than the others. Add up numbers instead, image by image."
                )
        ),
        (
            new("same device"),
            _ =>
                ("Tensors on two devices met.", "The check runs on the CPU: use the device that your function is given, not `accelerator`.")
        ),
        (
            new("state_dict"),
            _ =>
                (
                    "Weights cannot be loaded: they are of a network with other layers, or the file is in another format.",
                    "A file fits the network that it was saved from, and others made by the same function. And `load` of a "
                        + "network reads what its `save` wrote, `Weights.Load` what `Weights.Save` wrote."
                )
        ),
    ];

    private const string Unknown = "Your code threw this exception.";

    /// <summary>Explains the exceptions that a beginner meets, and says where this one came from.</summary>
    public static Explanation Of(Exception exception)
    {
        // What a task, a reflection call or a static field threw is wrapped.
        while (
            exception is AggregateException or TargetInvocationException or TypeInitializationException
            && exception.InnerException is { } inner
        )
        {
            exception = inner;
        }

        var message = exception.Message.Split('\n')[0].Trim();
        var (seen, hint) = Known
            .Select(known => (Match: known.Text.Match(message), known.Explain))
            .FirstOrDefault(found => found.Match.Success)
            is { Match: { } match, Explain: { } explain }
            ? explain(match)
            : OfProgram(exception, message);
        if (OwnLoss(exception) is { } loss)
        {
            (seen, hint) = (
                $"In `{loss}`: {seen}",
                "Use the parameter `loss`, `loss.call(logits, batch.Labels)`, and no loss of your own."
            );
        }

        return Origin(exception) is { } origin
            ? new Explanation(seen, $"{hint} It happened in {origin}.")
            : new Explanation(
                $"Your code ended, and then its result could not be used. {seen}",
                hint == Unknown ? "" : hint,
                "A result that can be used."
            );
    }

    /// <summary>Exceptions of .NET and of files.</summary>
    private static (string Seen, string Hint) OfProgram(Exception exception, string message) =>
        exception switch
        {
            FileNotFoundException { FileName: { Length: > 0 } file } => (
                $"A file that should be read is not there: {Path.GetFileName(file)}.",
                "Save it first, and load from the same path."
            ),
            ArgumentNullException => (
                "A function was given null in place of a value.",
                "Has each variable and each field its value? A constructor keeps what it is given: `_folder = folder`, and not the "
                    + "other way round."
            ),
            InvalidDataException when message.Contains("the file has", StringComparison.Ordinal) && message.Contains("Float64") => (
                "The file holds weights of type float64, and the new network's are float32.",
                "Save `trained` as it is given: leave out its `to(ScalarType.Float64)`."
            ),
            InvalidDataException => (
                $"A file could not be loaded into the network: {Shortened(message)}",
                "Load a file that `Weights.Save` wrote for a network of the same layers, and save it before you load."
            ),
            InsufficientExecutionStackException => (
                "A function called itself again and again, without end.",
                "Does it call itself by its own name where another function was meant, such as `CreateModel`?"
            ),
            IOException when message.Contains("already exists", StringComparison.Ordinal) => (
                "A file could not be written, because one of this name was there already.",
                "An earlier training, or an earlier call, leaves its files: replace them. `Weights.Save` does; `File.Move` and `File.Copy` "
                    + "need `overwrite: true`."
            ),
            IOException when message.Contains("is a folder", StringComparison.Ordinal) => (
                "The path to which you save is a folder.",
                "Use the path that your code is given as it is; with a folder, add a file name with `Path.Combine`."
            ),
            ObjectDisposedException => (
                "An object was used after it was disposed.",
                "What you return must not be freed: leave out `Dispose` and `using` for it."
            ),
            FileNotFoundException or DirectoryNotFoundException => (
                $"A file or folder is not there: {message}",
                "Use the folder or path that your code is given, with Path.Combine."
            ),
            NullReferenceException => ("A variable is null.", "Has each variable a value before it is used?"),
            ArgumentOutOfRangeException or IndexOutOfRangeException => (
                $"A list, an array or the split does not have this place: {message}",
                "Places count from 0 to the count minus 1: look at the end of your loop, and at `Math.Min(batchSize, split.Count - start)`."
            ),
            _ => ($"{exception.GetType().Name}: {message}", Unknown),
        };

    /// <summary>A message without the folders of the check.</summary>
    private static string Shortened(string message) => CheckFolder().Replace(message, "");

    private static (string Seen, string Hint) Narrow(long start, long length, long size) =>
        start >= size
            ? (
                $"`narrow` was asked to begin at row {start}, but the tensor has only {size} rows.",
                "The loop goes on beyond the end: it goes on while the start is less than `split.Count`, and starts at 0."
            )
            : (
                $"`narrow` was asked for {length} rows from row {start} on, but the tensor has {size}: only {size - start} were left.",
                "The last batch is smaller: its length is `Math.Min(batchSize, split.Count - start)`. And `narrow(0, start, "
                    + "length)` wants a "
                    + "length, not an end."
            );

    private static long Number(Match match, int group) => long.Parse(match.Groups[group].Value);

    /// <summary>The learner's function, and its line if the host knows it.</summary>
    private static string? Origin(Exception exception)
    {
        foreach (var frame in new StackTrace(exception, fNeedFileInfo: true).GetFrames())
        {
            if (frame.GetMethod() is { DeclaringType: { } type } method && IsLearners(type))
            {
                // The compiler names an iterator <MyBatches>d__1.MoveNext and a local function <Outer>g__Inner|1.
                var name = method.Name == "MoveNext" ? type.Name : method.Name;
                name = name.Contains(">g__", StringComparison.Ordinal)
                    ? name.Split(">g__")[1].Split('|')[0]
                    : name.TrimStart('<').Split('>')[0];
                return frame.GetFileLineNumber() is > 0 and var line ? $"{name}, line {line} of its cell" : name;
            }
        }

        return null;
    }

    /// <summary>Another loss than the course's, as a function, such as mse_loss, or as the class around it; null if there is
    /// none.</summary>
    private static string? OwnLoss(Exception exception) =>
        new StackTrace(exception)
            .GetFrames()
            .Select(frame => frame.GetMethod())
            .Where(method => method?.DeclaringType?.Assembly == typeof(torch).Assembly)
            .SelectMany(method => new[] { method!.Name, method.DeclaringType!.Name })
            .FirstOrDefault(name =>
                (name.EndsWith("_loss", StringComparison.Ordinal) || name.EndsWith("Loss", StringComparison.Ordinal))
                && name != nameof(TorchSharp.Modules.CrossEntropyLoss)
            );

    // The notebook's host calls a function of its own at the beginning of each of the learner's.
    private static bool IsLearners(Type type) =>
        type.Assembly.GetName().Name != "NotebookHost"
        && type.Assembly != typeof(ExceptionCause).Assembly
        && type.Assembly != typeof(object).Assembly
        && type.Assembly != typeof(torch).Assembly
        && type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true;

    [GeneratedRegex(@"\S*cnn-tutorial-check-[^/\\]*[/\\](checkpoints[/\\])?")]
    private static partial Regex CheckFolder();

    [GeneratedRegex(@"start \((\d+)\) \+ length \((\d+)\) exceeds dimension size \((\d+)\)")]
    private static partial Regex NarrowEnd();

    [GeneratedRegex(@"start out of range \(expected to be in range of \[-\d+, (\d+)\], but got (-?\d+)\)")]
    private static partial Regex NarrowStart();

    [GeneratedRegex(@"index (-?\d+) out of range for tensor of size \[(.*?)\] at dimension (\d+)")]
    private static partial Regex SelectRange();

    [GeneratedRegex(@"INDICES element is out of DATA bounds, id=(-?\d+) axis_dim=(\d+)")]
    private static partial Regex OutOfData();

    [GeneratedRegex(@"could not infer output dtype\. .* Got: (\w+)")]
    private static partial Regex MeanType();

    [GeneratedRegex(@"^(\w+) is not compatible with (\w+)")]
    private static partial Regex ItemType();

    [GeneratedRegex(@"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")]
    private static partial Regex LinearShape();

    [GeneratedRegex(@"input with (\d+) channels to Conv2d")]
    private static partial Regex ConvolutionChannels();

    [GeneratedRegex(@"Given input size: \((.*?)\)\. Calculated output size")]
    private static partial Regex TooSmall();

    [GeneratedRegex(@"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)")]
    private static partial Regex LossLengths();

    [GeneratedRegex(@"Target (-?\d+) is out of bounds")]
    private static partial Regex LabelRange();

    [GeneratedRegex(@"expected scalar type (\w+) but found (\w+)")]
    private static partial Regex ExpectedType();

    [GeneratedRegex(@"Input type \((.*?)\) and (?:bias|weight) type \((.*?)\) should be the same")]
    private static partial Regex InputType();

    [GeneratedRegex(@"result type (\w+) can't be cast to the desired output type (\w+)")]
    private static partial Regex CastType();

    [GeneratedRegex(@"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)")]
    private static partial Regex Lengths();

    [GeneratedRegex(@"shape '\[(.*?)\]' is invalid for input of size (\d+)")]
    private static partial Regex InvalidShape();

    [GeneratedRegex(@"Dimension out of range \(expected to be in range of \[(-?\d+), (-?\d+)\], but got (-?\d+)\)")]
    private static partial Regex DimensionRange();
}
