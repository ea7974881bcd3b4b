namespace NotebookHost.Commands.Doctor;

/// <summary>How important a finding is.</summary>
internal enum Verdict
{
    /// <summary>It is there.</summary>
    Ok,

    /// <summary>It is missing, and the course runs without it.</summary>
    Optional,

    /// <summary>It is missing, and the course does not run without it.</summary>
    Missing,
}

/// <summary>One thing that was checked.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Verdict">Whether it is there.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Remedy">The command or step that fixes it; null where nothing needs fixing.</param>
internal sealed record Finding(string Name, Verdict Verdict, string Detail, string? Remedy = null);
