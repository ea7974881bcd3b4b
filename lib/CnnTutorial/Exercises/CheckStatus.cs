namespace CnnTutorial;

/// <summary>What a check of the exercise says.</summary>
public enum CheckStatus
{
    /// <summary>The function is still the stub that the notebook came with.</summary>
    NotYet,

    /// <summary>The code runs, or tries to, and does something else than asked.</summary>
    NotRight,

    /// <summary>All that was looked at is right.</summary>
    Passed,
}
