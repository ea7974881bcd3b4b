using System.Text.Json.Serialization;

namespace NotebookHost.Engine;

/// <summary>What ended a cell early, as a learner should see it.</summary>
/// <param name="Name">The exception's type, or a short name of the kind of mistake.</param>
/// <param name="Message">What happened, in words.</param>
/// <param name="Traceback">Lines of text: the message, then the places in cells, without the engine's own frames.</param>
/// <param name="Line">The line in the cell that was run, from 1; null where it is not known.</param>
internal sealed record CellError(string Name, string Message, IReadOnlyList<string> Traceback, int? Line)
{
    /// <summary>Whether no part is null. An error that came through a pipe may have null parts.</summary>
    [JsonIgnore]
    public bool IsWhole => Name is not null && Message is not null && Traceback is not null && !Traceback.Contains(null!);

    /// <summary>The error with each text cut to a length. The traceback begins with the message, so it may be three times as
    /// long.</summary>
    public CellError Within(int length)
    {
        string Cut(string text) => text.Length <= length ? text : $"{text[..length]} [cut here: {text.Length:N0} characters]";
        var room = 3 * length;
        return this with { Message = Cut(Message), Traceback = [.. Traceback.Select(Cut).TakeWhile(line => (room -= line.Length) > 0)] };
    }

    /// <summary>An error whose traceback is its message and its place.</summary>
    public static CellError At(CellSource source, int? line, string name, string message) =>
        new(name, message, [$"{name}: {message}", $"   at {source.Place(line)}"], line);
}
