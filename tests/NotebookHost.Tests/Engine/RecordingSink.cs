using System.Text;
using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

/// <summary>Keeps what a cell puts out, as a front end would show it.</summary>
internal sealed class RecordingSink : IOutputSink
{
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    public string Out => _out.ToString();

    public string ErrorText => _error.ToString();

    public int StreamEvents { get; private set; }

    public int Updates { get; private set; }

    public List<string> Order { get; } = [];

    public Dictionary<string, IReadOnlyDictionary<string, string>> Displays { get; } = [];

    public IReadOnlyDictionary<string, string>? Result { get; private set; }

    public CellError? Error { get; private set; }

    public void Stream(string name, string text)
    {
        StreamEvents++;
        Order.Add($"{name}:{text}");
        (name == "stdout" ? _out : _error).Append(text);
    }

    public void Display(string displayId, IReadOnlyDictionary<string, string> data, bool isUpdate)
    {
        Assert.Equal(isUpdate, Displays.ContainsKey(displayId));
        Updates += isUpdate ? 1 : 0;
        Order.Add("display");
        Displays[displayId] = data;
    }

    public void ExecuteResult(IReadOnlyDictionary<string, string> data)
    {
        Assert.Null(Result);
        Order.Add("result");
        Result = data;
    }

    void IOutputSink.Error(CellError error)
    {
        Assert.Null(Error);
        Error = error;
    }

    public void ClearOutput(bool wait) => Order.Add("clear");
}
