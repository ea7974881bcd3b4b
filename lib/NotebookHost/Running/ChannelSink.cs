using NotebookHost.Engine;

namespace NotebookHost.Running;

/// <summary>Sends what a cell puts out through the pipe. What is too large to be shown is left out here already, before it takes memory on
/// the other side too.</summary>
internal sealed class ChannelSink(int cell, MessageChannel channel) : IOutputSink
{
    public void Stream(string name, string text) => Send(new StreamText(cell, name, text));

    public void Display(string displayId, IReadOnlyDictionary<string, string> data, bool isUpdate) =>
        Send(new DisplayData(cell, displayId, Bounded(data), isUpdate));

    public void ExecuteResult(IReadOnlyDictionary<string, string> data) => Send(new ResultData(cell, Bounded(data)));

    public void Error(CellError error) => Send(new CellFailed(cell, error.Within(OutputLimits.LongestError)));

    public void ClearOutput(bool wait) => Send(new ClearOutput(cell, wait));

    private static IReadOnlyDictionary<string, string> Bounded(IReadOnlyDictionary<string, string> data)
    {
        var length = data.Sum(entry => (long)entry.Value.Length);
        return length <= OutputLimits.LargestOutput
            ? data
            : new Dictionary<string, string>
            {
                [ValueFormatting.Plain] =
                    $"[left out: an output of {length:N0} characters; one output may have {OutputLimits.LargestOutput:N0}. Write large "
                    + "data to a file.]",
            };
    }

    private void Send(Message message)
    {
        try
        {
            channel.Send(message);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The run is gone: nobody is left to read this.
        }
    }
}
