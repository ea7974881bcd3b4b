namespace CnnTutorial;

/// <summary>What an IDX file holds: the magic number that it begins with.</summary>
public enum IdxKind
{
    /// <summary>Unsigned bytes in one dimension: a class number for each image.</summary>
    Labels = 0x0801,

    /// <summary>Unsigned bytes in three dimensions: images, rows, columns.</summary>
    Images = 0x0803,
}
