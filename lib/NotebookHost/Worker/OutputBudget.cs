using NotebookHost.Documents;

namespace NotebookHost.Worker;

/// <summary>Counts how much of the outputs of a notebook's cells is kept, and refuses more at a limit.</summary>
internal sealed class OutputBudget
{
    /// <summary>The most errors of a cell: it has one, and threads that it started may have a few more.</summary>
    private const int MostErrors = 10;

    private readonly Dictionary<NotebookCell, Account> _accounts = [];
    private int _inAll;

    /// <summary>How many characters of a console text may be kept, and why no more.</summary>
    public (int Length, string? Refusal) TakeText(NotebookCell cell, int length)
    {
        var account = Of(cell);
        var (ofCell, ofAll) = (OutputLimits.MostText - account.Text, OutputLimits.MostInAll - _inAll);
        var taken = Math.Min(length, Math.Min(ofCell, ofAll));
        account.Text += taken;
        _inAll += taken;
        return (
            taken,
            taken == length ? null
            : taken == ofCell ? $"the cell wrote more than {OutputLimits.MostText:N0} characters"
            : Full
        );
    }

    /// <summary>Counts one more output of the cell. Returns why it may not be kept, or null.</summary>
    public string? TakeOutput(NotebookCell cell, int size)
    {
        var account = Of(cell);
        if (account.Outputs >= OutputLimits.MostOutputs)
        {
            return $"the cell put out more than {OutputLimits.MostOutputs:N0} pieces";
        }

        var refusal = TakeData(cell, size);
        account.Outputs += refusal is null ? 1 : 0;
        return refusal;
    }

    /// <summary>Counts an error of the cell, and says whether it may be kept. Errors are counted apart, so that the reason why a cell ended
    /// is never left out.</summary>
    public bool TakeError(NotebookCell cell) => ++Of(cell).Errors <= MostErrors;

    /// <summary>Counts what an output grew by, or shrank. Returns why it may not be kept, or null.</summary>
    public string? TakeData(NotebookCell cell, int size)
    {
        var account = Of(cell);
        if (account.Data + size > OutputLimits.MostData)
        {
            return $"the cell showed more than {OutputLimits.MostData:N0} characters";
        }

        if (_inAll + size > OutputLimits.MostInAll)
        {
            return Full;
        }

        account.Data += size;
        _inAll += size;
        return null;
    }

    /// <summary>Whether this is the first refusal for the cell: the reader is told only once that something is missing.</summary>
    public bool IsFirstRefusal(NotebookCell cell)
    {
        var account = Of(cell);
        (var first, account.Told) = (!account.Told, true);
        return first;
    }

    /// <summary>The cell's outputs were removed.</summary>
    public void Clear(NotebookCell cell)
    {
        if (_accounts.Remove(cell, out var account))
        {
            _inAll -= account.Text + account.Data;
        }
    }

    private static string Full => $"the notebook's outputs are longer than {OutputLimits.MostInAll:N0} characters";

    private Account Of(NotebookCell cell)
    {
        if (!_accounts.TryGetValue(cell, out var account))
        {
            _accounts[cell] = account = new Account();
        }

        return account;
    }

    private sealed class Account
    {
        public int Text { get; set; }

        public int Data { get; set; }

        public int Outputs { get; set; }

        public int Errors { get; set; }

        public bool Told { get; set; }
    }
}
