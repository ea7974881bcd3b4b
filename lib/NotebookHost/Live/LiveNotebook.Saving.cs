using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using NotebookHost.Documents;
using Shared;

namespace NotebookHost.Live;

/// <summary>Saves the notebook's file: what is typed is in it within a second, and changes by other programs are never overwritten without
/// asking.</summary>
internal sealed partial class LiveNotebook
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _writing = new();
    private readonly Task _saving;
    private readonly Task _watching;
    private NotebookText _text = null!;
    private bool _hasByteOrderMark;
    private bool _hasIds;

    /// <summary>The hash of what this program last read from the file or wrote into it.</summary>
    private byte[] _known = [];

    private (DateTime Written, long Length) _seen;
    private int _revision;
    private int _savedRevision;

    /// <summary>How often the file was read anew, after another program had written it.</summary>
    private int _loads;

    private object? _conflict;
    private string? _saveFailure;

    private bool IsDirty => _revision != _savedRevision;

    /// <summary>Whether version control has a version to go back to.</summary>
    private bool CanRestore { get; set; }

    private string ReadFile(out NotebookDocument document)
    {
        var text = NotebookDocument.ReadText(Path);
        document = NotebookDocument.Parse(text.TrimStart('\uFEFF'), Path);
        _known = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        _seen = See();
        return text;
    }

    /// <summary>Takes over the file's content. A cell that was run here keeps its outputs.</summary>
    private void Load(NotebookDocument document, string text)
    {
        _hasByteOrderMark = text.StartsWith('\uFEFF');
        _text = NotebookText.Of(text.TrimStart('\uFEFF'));
        _hasIds = document.Root["nbformat_minor"] is JsonValue minor && minor.TryGetValue(out int number) && number >= 5;
        Title = document.Title;
        Course = document.Course;
        var before = _cells.ToDictionary(cell => cell.Id);
        _cells.Clear();
        for (var i = 0; i < document.Cells.Count; i++)
        {
            var fresh = document.Cells[i];
            var id = fresh.Id is { } own && ValidId().IsMatch(own) && Find(own) is null ? own : NewId();
            if (!before.TryGetValue(id, out var cell) || cell.RanSource is null || cell.Cell.Kind != fresh.Kind)
            {
                cell = new LiveCell(id, fresh.Json);
                foreach (var output in fresh.Kind == CellKind.Code ? cell.Cell.Outputs.OfType<JsonObject>() : [])
                {
                    if (!_user.HasSigned(Path, id, output))
                    {
                        cell.Foreign.Add(output);
                    }
                }
            }
            else if (cell.Cell.Source != fresh.Source)
            {
                cell.Cell.Source = fresh.Source;
            }

            cell.FileText = _text.Cells[i];
            _cells.Add(cell);
        }

        _queue.RemoveAll(cell => !_cells.Contains(cell));
    }

    private void Changed(LiveCell? cell = null)
    {
        if (cell is not null)
        {
            cell.FileText = null;
            cell.Signatures = null;
        }

        _revision++;
    }

    private async Task SaveAsync()
    {
        _ = FindOriginalAsync();
        try
        {
            while (true)
            {
                await Task.Delay(_saveFailure is null ? SaveEvery : RetryEvery, _ending.Token);
                TrySave();
            }
        }
        catch (OperationCanceledException)
        {
            // The notebook is closed, which saves once more.
        }
    }

    private void TrySave()
    {
        lock (_writing)
        {
            List<byte[]> text;
            int revision;
            byte[] known;
            lock (_lock)
            {
                if (!IsDirty || _conflict is not null)
                {
                    return;
                }

                (revision, known) = (_revision, _known);
                var cells = _cells.ConvertAll(cell => cell.FileText ??= _text.Write(cell.Cell.Json));
                text = [.. _hasByteOrderMark ? [Encoding.UTF8.GetPreamble()] : Array.Empty<byte[]>(), .. _text.Join(cells)];
            }

            try
            {
                var onDisk = HashOfFile();
                if (onDisk is null || !onDisk.AsSpan().SequenceEqual(known))
                {
                    lock (_lock)
                    {
                        TellConflict(isThere: onDisk is not null);
                    }

                    return;
                }

                if (new FileInfo(Path).IsReadOnly)
                {
                    throw new IOException("the file is read-only");
                }

                FileReplacement.Write(Path, stream => text.ForEach(part => stream.Write(part)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                lock (_lock)
                {
                    _saveFailure = $"{Name} cannot be saved ({e.Message.TrimEnd('.')}); it is tried again every two seconds.";
                    Broadcast(new { type = "saveFailed", reason = _saveFailure });
                }

                return;
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            text.ForEach(hash.AppendData);
            lock (_lock)
            {
                _known = hash.GetHashAndReset();
                _seen = See();
                _saveFailure = null;
                _savedRevision = revision;
                Broadcast(new { type = "saved", revision });
                Sign();
            }
        }
    }

    private void Sign()
    {
        foreach (var cell in _cells.Where(cell => cell.Cell.Kind == CellKind.Code && cell.Signatures is null))
        {
            cell.Signatures =
            [
                .. cell
                    .Cell.Outputs.OfType<JsonObject>()
                    .Where(output => !cell.Foreign.Contains(output))
                    .Select(output => _user.Signature(Path, cell.Id, output)),
            ];
        }

        _user.KeepSignatures(Path, _cells.SelectMany(cell => cell.Signatures ?? []));
    }

    /// <summary>Looks every second whether another program has written the file, and how much memory the session takes.</summary>
    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(WatchEvery, _ending.Token);
                LookAtFile();
                lock (_lock)
                {
                    MeasureMemory();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The notebook is closed.
        }
    }

    private void LookAtFile()
    {
        lock (_writing)
        {
            var seen = See();
            if (seen == _seen)
            {
                return;
            }

            try
            {
                if (HashOfFile() is not { } hash)
                {
                    lock (_lock)
                    {
                        TellConflict(isThere: false);
                    }
                }
                else if (!hash.AsSpan().SequenceEqual(_known))
                {
                    TakeOver();
                }

                _seen = seen;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotebookFormatException)
            {
                // Another program is just writing it; the next check comes in a second.
            }
        }
    }

    /// <summary>Shows what another program has written, or asks if there is unsaved text here.</summary>
    private void TakeOver()
    {
        lock (_lock)
        {
            if (IsDirty)
            {
                TellConflict(isThere: true);
                return;
            }

            Reload();
        }
    }

    private void Reload()
    {
        var text = ReadFile(out var document);
        Load(document, text);
        _savedRevision = ++_revision;
        _loads++;
        _conflict = null;
        Broadcast(Snapshot("reloaded"));
    }

    private void TellConflict(bool isThere)
    {
        object theirs = Array.Empty<object>();
        var reason = $"{Name} was deleted or moved by another program. Your text is still here; keep it to write the file again.";
        if (isThere)
        {
            try
            {
                var document = NotebookDocument.Parse(NotebookDocument.ReadText(Path).TrimStart('\uFEFF'), Path);
                theirs = document.Cells.Select(cell => Side(cell.Id ?? "", cell)).ToList();
                reason = $"{Name} was changed by another program, and you have changed it here. Choose which version to keep.";
            }
            catch (NotebookFormatException e)
            {
                reason =
                    $"{Name} was changed by another program and is not a notebook now ({e.Message}). Keep your text to write it again.";
            }
        }

        _conflict = new
        {
            type = "conflict",
            mine = _cells.ConvertAll(cell => Side(cell.Id, cell.Cell)),
            theirs,
            reason,
        };
        Broadcast(_conflict);
    }

    private static object Side(string id, NotebookCell cell) =>
        new
        {
            id,
            kind = cell.Kind.ToString().ToLowerInvariant(),
            source = cell.Source,
        };

    private void Resolve(bool mine)
    {
        if (_conflict is null)
        {
            return;
        }

        try
        {
            if (!mine)
            {
                Reload();
                return;
            }

            // From here on the file may be overwritten; if it is missing, it is created.
            if (HashOfFile() is { } hash)
            {
                _known = hash;
            }
            else
            {
                AtomicFile.WriteAllText(Path, "");
                _known = HashOfFile()!;
            }

            _conflict = null;
            _revision++;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotebookFormatException)
        {
            Broadcast(
                new
                {
                    type = "notice",
                    level = "error",
                    text = e.Message,
                }
            );
        }
    }

    private (DateTime Written, long Length) See()
    {
        var file = new FileInfo(Path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private byte[]? HashOfFile()
    {
        try
        {
            using var file = File.OpenRead(Path);
            return SHA256.HashData(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async Task FindOriginalAsync() => CanRestore = await OriginalAsync() is not null;

    /// <summary>Goes back to the version in version control, of one cell or of all.</summary>
    private async Task RestoreOriginalAsync(string? id)
    {
        var original = await OriginalAsync();
        lock (_lock)
        {
            if (original is null)
            {
                Broadcast(
                    new
                    {
                        type = "notice",
                        level = "error",
                        text = $"Git has no version of {Name} to go back to.",
                    }
                );
                return;
            }

            if (id is not null)
            {
                if (original.Cells.FirstOrDefault(cell => cell.Id == id) is { } one)
                {
                    Edit(null, id, one.Source);
                }
                else
                {
                    Broadcast(
                        new
                        {
                            type = "notice",
                            level = "info",
                            text = "The cell is your own: the course has no version of it.",
                        }
                    );
                }

                return;
            }

            var mine = _cells.ToDictionary(cell => cell.Id);
            _cells.Clear();
            foreach (var cell in original.Cells)
            {
                var key = cell.Id ?? NewId();
                if (mine.Remove(key, out var kept) && kept.Cell.Kind == cell.Kind)
                {
                    if (kept.Cell.Source != cell.Source)
                    {
                        kept.Cell.Source = cell.Source;
                        kept.FileText = null;
                    }
                }
                else
                {
                    kept = new LiveCell(key, (JsonObject)cell.Json.DeepClone());
                }

                _cells.Add(kept);
            }

            foreach (var (key, removed) in mine)
            {
                _deleted[key] = removed;
            }

            Changed();
            Broadcast(Snapshot("reloaded"));
        }
    }

    private async Task<NotebookDocument?> OriginalAsync()
    {
        try
        {
            using var git = Process.Start(
                new ProcessStartInfo("git", ["show", $"HEAD:./{System.IO.Path.GetFileName(Path)}"])
                {
                    WorkingDirectory = System.IO.Path.GetDirectoryName(Path)!,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    StandardOutputEncoding = Encoding.UTF8,
                }
            )!;
            var errors = git.StandardError.ReadToEndAsync();
            var text = await git.StandardOutput.ReadToEndAsync();
            await errors;
            await git.WaitForExitAsync();
            return git.ExitCode == 0 ? NotebookDocument.Parse(text.TrimStart('\uFEFF'), Path) : null;
        }
        catch (Exception e) when (e is Win32Exception or NotebookFormatException or IOException)
        {
            return null;
        }
    }
}
