namespace NotebookHost;

/// <summary>The program was used wrongly. The message is one sentence; the exit code is 2.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
