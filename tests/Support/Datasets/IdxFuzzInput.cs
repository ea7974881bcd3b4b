namespace Support.Datasets;

/// <summary>One hostile file.</summary>
/// <param name="Family">What was done to it.</param>
/// <param name="Bytes">What the reader gets.</param>
/// <param name="Plain">The bytes before compression; for a file that is not compressed the same as <paramref name="Bytes"/>.</param>
/// <param name="Compressed">True if the reader gets gzip.</param>
/// <param name="Harm">What was done to the compression.</param>
internal sealed record IdxFuzzInput(string Family, ArraySegment<byte> Bytes, byte[] Plain, bool Compressed, GzipHarm Harm = GzipHarm.None);

/// <summary>What was done to a file's compression, and so what may become of it.</summary>
internal enum GzipHarm
{
    /// <summary>Nothing: the file must be taken exactly if what it holds is right.</summary>
    None,

    /// <summary>Changed bytes: it may be taken (a time stamp is not looked at), but only with the right content.</summary>
    Changed,

    /// <summary>Cut, added to, or unpacking to more than its header says: it must be refused.</summary>
    Broken,
}
