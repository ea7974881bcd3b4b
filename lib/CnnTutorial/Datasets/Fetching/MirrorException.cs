namespace CnnTutorial;

/// <summary>A mirror did not give a file.</summary>
internal sealed class MirrorException(string message, bool mayPass = false, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>True if the same request may succeed a little later.</summary>
    public bool MayPass { get; } = mayPass;

    /// <summary>The pause that the mirror asked for.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>What arrived could not be written; the mirror is not at fault.</summary>
internal sealed class PartWriteException(Exception inner) : Exception(inner.Message, inner);
