using System.Text.Json;
using System.Text.Json.Serialization;

namespace CnnTutorial;

/// <summary>The results of <see cref="Trainer.Fit(ImageSplit, ImageSplit?, int, int, int?, string?, Callback[])"/>, epoch by epoch, shown
/// as a table.</summary>
/// <param name="Epochs">The finished epochs, in order.</param>
/// <param name="LearningRate">The optimizer's learning rate at the start.</param>
/// <param name="BatchSize">Samples per batch.</param>
/// <param name="StoppedBecause">Why training ended before its last epoch, or null.</param>
public sealed record History(IReadOnlyList<EpochResult> Epochs, double LearningRate, int BatchSize, string? StoppedBecause = null)
    : IHtmlDisplay
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The last finished epoch.</summary>
    /// <exception cref="InvalidOperationException">No epoch was finished.</exception>
    [JsonIgnore]
    public EpochResult Last =>
        Epochs.Count > 0
            ? Epochs[^1]
            : throw new InvalidOperationException(
                $"Training was stopped before its first epoch was finished, so there is no result. {StoppedBecause ?? "Call Fit again."}"
            );

    /// <summary>Writes the history as JSON; an older file stays whole until the new one is.</summary>
    /// <param name="path">The file.</param>
    public void Save(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));

    /// <summary>Reads a history that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not a history.</exception>
    public static History Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no history at {path}; {CourseFile.HowToMake(path, "history.Save(path)")}.", path);
        }

        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<History>(stream, Json) is { Epochs: not null } history
                ? history
                : throw new InvalidDataException(
                    $"{path} is not a training history; delete it and {CourseFile.HowToMake(path, "history.Save(path)")}."
                );
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path} is not a training history ({e.Message.Split('.')[0]}); delete it and "
                    + $"{CourseFile.HowToMake(path, "history.Save(path)")}.",
                e
            );
        }
    }

    /// <inheritdoc/>
    public string ToHtml() => Html.Table(Caption, Headers, Rows) + (StoppedBecause is null ? "" : $"<p>{Html.Encode(StoppedBecause)}</p>");

    /// <inheritdoc/>
    public override string ToString() => Html.PlainTable(Caption, Headers, Rows) + (StoppedBecause is null ? "" : $"\n{StoppedBecause}");

    private string Caption => $"Learning rate {LearningRate:0.######}, batches of {BatchSize}";

    private bool HasValidation => Epochs.Any(epoch => epoch.Validation is not null);

    private List<string> Headers
    {
        get
        {
            string[] metrics = Epochs.Count > 0 ? [.. Epochs[0].Train.Metrics.Keys] : [];
            List<string> headers = ["Epoch", "Loss", .. metrics.Select(Capital)];
            if (HasValidation)
            {
                headers.AddRange(["Validation loss", .. metrics.Select(name => $"Validation {name}")]);
            }

            return [.. headers, "Seconds", "Images/s"];
        }
    }

    private List<IReadOnlyList<string>> Rows =>
        [
            .. Epochs.Select(epoch =>
                (IReadOnlyList<string>)
                    [
                        $"{epoch.Epoch}",
                        .. Cells(epoch.Train),
                        .. HasValidation ? Cells(epoch.Validation) : [],
                        $"{epoch.Seconds:0.0}",
                        $"{epoch.ImagesPerSecond:N0}",
                    ]
            ),
        ];

    private static List<string> Cells(Evaluation? evaluation) =>
        evaluation is null
            ? ["", ""]
            : [$"{evaluation.Loss:0.0000}", .. evaluation.Metrics.Select(metric => Evaluation.TextOf(metric.Key, metric.Value))];

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
