namespace NotebookHost.Doctor;

/// <summary>How important a finding is.</summary>
internal enum Verdict
{
    /// <summary>It is there.</summary>
    Ok,

    /// <summary>It lacks, and the course runs without.</summary>
    Optional,

    /// <summary>It lacks, and the course does not run.</summary>
    Lacks,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Verdict">Whether it is there.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Remedy">The command or step that mends it; null where nothing needs mending.</param>
internal sealed record Finding(string Name, Verdict Verdict, string Detail, string? Remedy = null);
