namespace CnnTutorial;

/// <summary>Shows what <see cref="DatasetStore"/> reports: a bar for a download, a card for what the learner must know.</summary>
internal static class DatasetDisplay
{
    public static void Connect()
    {
        DatasetEvents.Notice = Notice;
        DatasetEvents.Progress = () => new DownloadBar();
        DatasetEvents.Cancellation = () => HostContext.CancellationToken;
    }

    private static void Notice(string text)
    {
        if (LiveDisplay.TryShow(new HtmlFragment(Html.Card("About the data", Html.Encode(text), Palette.Caution), text)) is null)
        {
            Console.WriteLine(text);
        }
    }

    /// <summary>One bar for all files of a load; it appears with the first byte, since most loads need no download.</summary>
    private sealed class DownloadBar : IProgress<DownloadProgress>
    {
        private ProgressBar? _bar;

        public void Report(DownloadProgress value)
        {
            _bar ??= new ProgressBar($"Downloading {value.File}");
            if (!_bar.IsLive)
            {
                new ConsoleDownloadProgress().Report(value);
                return;
            }

            var fraction = value.BytesTotal is > 0 and var total ? (double)value.BytesDone / total : 0;
            var text =
                $"{value.File}: {value.BytesDone / 1e6:0.0}{(value.BytesTotal is { } all ? $" of {all / 1e6:0.0}" : "")} MB from "
                + $"{value.Mirror}";
            if (value.IsComplete)
            {
                _bar.Finish(1, $"{text}, verified");
            }
            else
            {
                _bar.Report(fraction, () => text);
            }
        }
    }
}
