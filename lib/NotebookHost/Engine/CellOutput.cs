using System.Text;

namespace NotebookHost.Engine;

/// <summary>
/// Sends the events of a running cell to their receiver: one at a time, in order, never from two threads at once. The first lines of
/// console text are sent at once, since a crash loses what is not; the rest is gathered, so that a program that writes one character after
/// another does not send a message for each.
/// </summary>
internal sealed class CellOutput(Action<CellEvent> receive)
{
    private const int LargestPiece = 8192;
    private const int LargestWrite = 1_000_000;
    private const int MostAtOnce = 50;
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(40);

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private string _stream = "stdout";
    private int _sentAtOnce;
    private bool _flushesLater;
    private bool _muted;

    public void Write(string stream, ReadOnlySpan<char> text)
    {
        var endsLine = text.EndsWith('\n');
        lock (_lock)
        {
            if (stream != _stream)
            {
                Send(all: true);
                _stream = stream;
            }

            if (!_flushesLater)
            {
                _flushesLater = true;
                _ = FlushLaterAsync();
            }

            // Even a text of a hundred million characters is sent in parts, each of which the other side can keep or drop.
            for (; text.Length > 0; text = text[Math.Min(text.Length, LargestWrite)..])
            {
                _text.Append(text[..Math.Min(text.Length, LargestWrite)]);
                if (_text.Length >= LargestPiece)
                {
                    Send(all: false);
                }
            }

            if (endsLine && _sentAtOnce < MostAtOnce)
            {
                _sentAtOnce++;
                Send(all: false);
            }
        }
    }

    /// <summary>Sends an event, after the text gathered so far.</summary>
    public void Put(CellEvent happened)
    {
        lock (_lock)
        {
            Send(all: true);
            if (!_muted)
            {
                receive(happened);
            }
        }
    }

    /// <summary>Sends the text gathered so far.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            Send(all: true);
        }
    }

    /// <summary>From now on everything is dropped: the cell was left behind.</summary>
    public void Mute()
    {
        lock (_lock)
        {
            Send(all: true);
            _muted = true;
        }
    }

    /// <summary>Runs an action if nothing is being sent at this moment; otherwise does nothing.</summary>
    public void TryBetweenEvents(Action action)
    {
        if (_lock.TryEnter())
        {
            try
            {
                action();
            }
            finally
            {
                _lock.Exit();
            }
        }
    }

    private async Task FlushLaterAsync()
    {
        await Task.Delay(GatherFor).ConfigureAwait(false);
        lock (_lock)
        {
            (_sentAtOnce, _flushesLater) = (0, false);
            Send(all: true);
        }
    }

    private void Send(bool all)
    {
        // Half of a surrogate pair waits for its other half: alone it cannot be written as UTF-8.
        var length = _text.Length;
        if (!all && length > 0 && char.IsHighSurrogate(_text[length - 1]))
        {
            length--;
        }

        if (length > 0)
        {
            var text = _text.ToString(0, length);
            _text.Remove(0, length);
            if (!_muted)
            {
                receive(new StreamText(_stream, text));
            }
        }
    }
}
