namespace CnnTutorial;

/// <summary>Chooses images at random so that each class keeps its share, and none is missing among the chosen.</summary>
internal static class StratifiedChoice
{
    /// <summary>Chooses <paramref name="count"/> of the images.</summary>
    /// <param name="labels">The class of each image.</param>
    /// <param name="count">How many, from 0 to the number of labels.</param>
    /// <param name="seed">The same seed chooses the same images, on every machine.</param>
    /// <returns>The numbers of the chosen images, in rising order.</returns>
    public static int[] Of(ReadOnlySpan<byte> labels, int count, int seed)
    {
        var classes = new SortedDictionary<byte, List<int>>();
        for (var i = 0; i < labels.Length; i++)
        {
            if (!classes.TryGetValue(labels[i], out var members))
            {
                classes.Add(labels[i], members = []);
            }

            members.Add(i);
        }

        // Whole images, by the largest remainders: each class gets its share rounded down, and the classes that lost the most to
        // rounding get one more, until there are enough.
        var total = Math.Max(1, labels.Length);
        var shares = classes.ToDictionary(pair => pair.Key, pair => (int)((long)count * pair.Value.Count / total));
        var missing = count - shares.Values.Sum();
        foreach (var label in classes.Keys.OrderByDescending(label => (long)count * classes[label].Count % total).Take(missing).ToList())
        {
            shares[label]++;
        }

        // A small class loses its share to rounding; it gets one image from the class that has the most.
        foreach (var label in classes.Keys.Where(label => shares[label] == 0 && classes[label].Count > 1).ToList())
        {
            var most = shares.MaxBy(share => share.Value);
            if (most.Value > 1)
            {
                shares[most.Key]--;
                shares[label] = 1;
            }
        }

        // With a seed, Random has given the same numbers in every version of .NET so far; a test notices if that changes.
        var random = new Random(seed);
        var chosen = new List<int>(count);
        foreach (var (label, members) in classes)
        {
            var shuffled = members.ToArray();
            random.Shuffle(shuffled);
            chosen.AddRange(shuffled[..shares[label]]);
        }

        chosen.Sort();
        return [.. chosen];
    }
}
