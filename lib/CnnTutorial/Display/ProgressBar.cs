using System.Diagnostics;

namespace CnnTutorial;

/// <summary>A progress bar: live in a notebook, a line when it is finished in a console.</summary>
public sealed class ProgressBar
{
    /// <summary>Nobody reads faster than this, and every update is a message to the notebook.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly LiveDisplay? _display;
    private long _lastUpdate;

    /// <summary>Shows an empty bar.</summary>
    /// <param name="text">The line under the bar.</param>
    public ProgressBar(string text)
    {
        _display = LiveDisplay.TryShow(Bar(0, text));
        _lastUpdate = Stopwatch.GetTimestamp();
    }

    /// <summary>Whether the bar moves; false in a plain console.</summary>
    public bool IsLive => _display is not null;

    /// <summary>Moves the bar, at most ten times a second.</summary>
    /// <param name="fraction">How much is done, in [0, 1].</param>
    /// <param name="text">The line under the bar.</param>
    /// <param name="details">Lines under that line, or null.</param>
    public void Report(double fraction, Func<string> text, Func<string>? details = null)
    {
        if (_display is not null && Stopwatch.GetElapsedTime(_lastUpdate) >= Interval)
        {
            _lastUpdate = Stopwatch.GetTimestamp();
            _display.Update(Bar(fraction, text(), details?.Invoke()));
        }
    }

    /// <summary>Shows the last state, even if the bar has just moved.</summary>
    /// <param name="fraction">How much was done, in [0, 1].</param>
    /// <param name="text">The line under the bar.</param>
    public void Finish(double fraction, string text)
    {
        if (_display is not null)
        {
            _display.Update(Bar(fraction, text));
        }
        else
        {
            Console.WriteLine(text);
        }
    }

    private static HtmlFragment Bar(double fraction, string text, string? details = null) =>
        string.IsNullOrEmpty(details)
            ? new(Html.Progress(fraction, text), text)
            : new($"{Html.Progress(fraction, text)}<pre class=\"cnn-details\">{Html.Encode(details)}</pre>", $"{text}\n{details}");
}
