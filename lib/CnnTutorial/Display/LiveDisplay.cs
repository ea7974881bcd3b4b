namespace CnnTutorial;

/// <summary>An output whose content can be replaced while a cell runs.</summary>
public sealed class LiveDisplay
{
    private readonly Action<object> _update;

    private LiveDisplay(Action<object> update) => _update = update;

    /// <summary>Shows a value in the running cell.</summary>
    /// <returns>The display, or null if no notebook runs the library, such as in a console program.</returns>
    public static LiveDisplay? TryShow(IHtmlDisplay value) =>
        HostContext.Current?.Display(value) is { } update ? new LiveDisplay(update) : null;

    /// <summary>Replaces what is shown.</summary>
    public void Update(IHtmlDisplay value) => _update(value);
}
