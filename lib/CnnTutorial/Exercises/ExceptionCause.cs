using System.Diagnostics;
using TorchSharp;

namespace CnnTutorial;

/// <summary>Explains an exception that the learner's code threw.</summary>
internal static class ExceptionCause
{
    /// <summary>What lies behind the exceptions that a beginner meets, and where this one came from.</summary>
    public static string Of(Exception exception)
    {
        var message = exception.Message;
        var cause = message switch
        {
            _ when message.Contains("empty handle", StringComparison.Ordinal) =>
                "A tensor was used after it was freed: a `using` or a dispose scope ended too early, or a batch was kept after the next "
                    + "one was asked for.",
            _ when message.Contains("same device", StringComparison.Ordinal) =>
                "Tensors on two devices met. The check runs on the CPU: use the device that your function is given, not `accelerator`.",
            _ when message.Contains("shapes cannot be multiplied", StringComparison.Ordinal) =>
                "A Linear layer got another number of values than it was made for.",
            _ when message.Contains("log_softmax", StringComparison.Ordinal)
                    && message.Contains("not implemented for", StringComparison.Ordinal) =>
                "The loss got logits of the wrong type, or the arguments are swapped: logits first, labels second.",
            _ when message.Contains("expected scalar type", StringComparison.Ordinal)
                    || message.Contains("not implemented for", StringComparison.Ordinal) =>
                "A tensor has the wrong type: images are float32, labels int64.",
            _ when exception is ArgumentException && message.Contains("is not compatible with", StringComparison.Ordinal) =>
                "`item` wants the tensor's own type: a float32 tensor's number is `item<float>()`, an int64 tensor's `item<long>()`.",
            _ when message.Contains("modified by an inplace operation", StringComparison.Ordinal) =>
                "The weights were changed after the network was called and before `backward()`. The order of the lines is: zero_grad, "
                    + "call the network, loss, backward, step.",
            _ when message.Contains("must match the size of tensor", StringComparison.Ordinal) =>
                "Two tensors of different lengths met. Was it `argmax(0)`? 0 counts the images, 1 the classes: `argmax(1)` gives one "
                    + "class for each image.",
            _ => "Your code threw this exception.",
        };
        return Origin(exception) is { } origin ? $"{cause} It happened in {origin}." : cause;
    }

    /// <summary>The learner's function, and its line where the host knows it.</summary>
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

    private static bool IsLearners(Type type) =>
        type.Assembly != typeof(ExceptionCause).Assembly
        && type.Assembly != typeof(torch).Assembly
        && type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true;
}
