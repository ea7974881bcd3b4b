using NotebookHost.Engine;

namespace Microsoft.DotNet.Interactive;

/// <summary>A value that is shown in a cell's output and can be replaced there, from any thread, any number of times.</summary>
public sealed class DisplayedValue
{
    private readonly CellOutput _output;
    private readonly string[] _mimeTypes;

    internal DisplayedValue(CellOutput output, string[]? mimeTypes, IReadOnlyDictionary<string, string> data)
    {
        _output = output;
        _mimeTypes = mimeTypes ?? [];
        _output.Put(new Displayed(DisplayId, data, IsUpdate: false));
    }

    /// <summary>The id under which front ends know this output.</summary>
    public string DisplayId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Shows another value in its place.</summary>
    public void Update(object? updatedValue) =>
        _output.Put(new Displayed(DisplayId, ValueFormatting.Format(updatedValue, _mimeTypes), IsUpdate: true));
}
