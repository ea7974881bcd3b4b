namespace NotebookHost.Documents;

/// <summary>A file is not a notebook that can be used here. The message is one sentence: the place, the cause, the remedy.</summary>
public sealed class NotebookFormatException(string message, Exception? inner = null) : Exception(message, inner);
