namespace CnnTutorial;

/// <summary>Judges whether each label came with its image.</summary>
internal static class LabelOrder
{
    /// <exception cref="WrongAnswerException">Some did not.</exception>
    public static void ThrowIfWrong(ImageSplit split, PipelineEpoch epoch)
    {
        var labels = epoch.Labels;
        var right = epoch.Images.Select(image => (long)split.Labels[image]).ToArray();
        var wrong = labels.Zip(right).Count(pair => pair.First != pair.Second);
        if (wrong == 0)
        {
            return;
        }

        var file = split.Labels.Select(label => (long)label).ToArray();
        const string SameNumbers = "Take images and labels by the same numbers: index both with the same part of one random order.";
        var (seen, hint) = labels switch
        {
            _ when labels.AsSpan().SequenceEqual(file) => (
                "The images are shuffled, the labels are still in the order of the file.",
                SameNumbers
            ),
            _ when epoch.Batches.All(batch => batch.Labels.AsSpan().SequenceEqual(file.AsSpan(0, batch.Labels.Length))) => (
                "Every batch has the labels of the first images of the file.",
                SameNumbers
            ),
            _ when labels.Distinct().Count() == 1 => ($"All labels are {labels[0]}.", "Pick the labels by the same numbers as the images."),
            _ when labels.Zip(right).All(pair => pair.First == pair.Second + (labels[0] - right[0])) => (
                $"Each label is its image's label plus {labels[0] - right[0]}.",
                "The labels stay as the split has them, from 0 to 9."
            ),
            _ when Shifted(1) || Shifted(-1) => (
                "Each image has the label of its neighbour in the file: labels and images are shifted by one against each other.",
                SameNumbers
            ),
            _ => (
                $"{wrong} of {labels.Length} labels belong to another image; the labels have an order of their own.",
                SameNumbers + " Two calls of `randperm` give two orders."
            ),
        };
        throw new WrongAnswerException("Each label still belongs to its image.", seen, hint);

        bool Shifted(int by) =>
            epoch
                .Images.Zip(labels)
                .All(pair =>
                    pair.Second == file[(pair.First + by + file.Length) % file.Length]
                    || pair.First + by < 0
                    || pair.First + by >= file.Length
                );
    }
}
