using System.Text;
using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

/// <summary>Keeps what a cell puts out, as a front end would show it.</summary>
internal sealed class RecordingSink
{
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    public string Out
    {
        get
        {
            // The cell may still be writing.
            lock (_out)
            {
                return _out.ToString();
            }
        }
    }

    public string ErrorText => _error.ToString();

    public int StreamEvents { get; private set; }

    public int Updates { get; private set; }

    public List<string> Order { get; } = [];

    public Dictionary<string, IReadOnlyDictionary<string, string>> Displays { get; } = [];

    public IReadOnlyDictionary<string, string>? Result { get; private set; }

    public CellError? Error { get; private set; }

    public void Receive(CellEvent happened)
    {
        switch (happened)
        {
            case StreamText text:
                StreamEvents++;
                Order.Add($"{text.Name}:{text.Text}");
                lock (_out)
                {
                    (text.Name == "stdout" ? _out : _error).Append(text.Text);
                }

                break;
            case Displayed display:
                Assert.Equal(display.IsUpdate, Displays.ContainsKey(display.Id));
                Updates += display.IsUpdate ? 1 : 0;
                Order.Add("display");
                Displays[display.Id] = display.Data;
                break;
            case Result result:
                Assert.Null(Result);
                Order.Add("result");
                Result = result.Data;
                break;
            case Failed failed:
                Assert.Null(Error);
                Error = failed.Error;
                break;
            case Cleared:
                Order.Add("clear");
                break;
            default:
                Assert.Fail($"not an event of the engine's: {happened}");
                break;
        }
    }
}
