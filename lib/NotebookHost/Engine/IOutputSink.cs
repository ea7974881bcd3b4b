namespace NotebookHost.Engine;

/// <summary>Receives what a cell puts out, in order and never from two threads at once.</summary>
internal interface IOutputSink
{
    /// <summary>Text written to the console; <paramref name="name"/> is <c>stdout</c> or <c>stderr</c>.</summary>
    void Stream(string name, string text);

    /// <summary>A shown value, one text per MIME type. An update replaces what was shown before under the same id.</summary>
    void Display(string displayId, IReadOnlyDictionary<string, string> data, bool isUpdate);

    /// <summary>The value of the cell's trailing expression.</summary>
    void ExecuteResult(IReadOnlyDictionary<string, string> data);

    /// <summary>What ended the cell early.</summary>
    void Error(CellError error);

    /// <summary>The cell's outputs so far are to go away: at once, or when the next one comes.</summary>
    void ClearOutput(bool wait);
}
