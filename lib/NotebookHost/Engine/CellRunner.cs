using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;
using NotebookHost.Documents;

namespace NotebookHost.Engine;

/// <summary>Runs the steps of a cell: packages, C#, imports, parameters.</summary>
internal sealed class CellRunner(SessionOptions options) : IDisposable
{
    private readonly ErrorReport _report = new();
    private readonly PackageRestore _packages = new();
    private readonly ParameterOverrides _parameters = new(options.Parameters);

    private string _lastDirectory = Environment.CurrentDirectory;

    public ScriptChain Chain { get; } = new();

    /// <summary>Where relative paths start. If a cell has deleted the current directory, later cells still get its old path.</summary>
    private string WorkingDirectory
    {
        get
        {
            if (options.WorkingDirectory is { } given)
            {
                return given;
            }

            try
            {
                return _lastDirectory = Environment.CurrentDirectory;
            }
            catch (IOException)
            {
                return _lastDirectory;
            }
        }
    }

    /// <summary>Runs a cell of the notebook. Returns why it ended early, or null.</summary>
    /// <exception cref="OperationCanceledException">The cell was cancelled and stopped.</exception>
    public Task<CellError?> RunAsync(CellRequest request, KernelInvocationContext context)
    {
        ImmutableList<string> importing = request.Notebook is { } notebook ? [RealPath.Of(notebook)] : [];
        context.Submit = async code =>
        {
            var submitted = new CellSource($"code submitted by cell {request.Number}", code.ReplaceLineEndings("\n"), IsImported: true);
            if (await RunAsync(submitted, request.Language, importing, context) is { } error)
            {
                throw new InvalidOperationException($"{submitted.Place(error.Line)}: {error.Message}");
            }
        };
        return RunAsync(
            new CellSource($"cell {request.Number}", request.Code.ReplaceLineEndings("\n"), request.IsParameters),
            request.Language,
            importing,
            context
        );
    }

    /// <inheritdoc cref="NotebookSession.Next"/>
    public Script Next(string code) => Chain.Next(code, WorkingDirectory);

    /// <summary>An exception outside the running of a cell, such as on a thread of its own.</summary>
    public CellError Describe(Exception exception) => _report.FromException(exception, new CellSource("", ""));

    public void Dispose()
    {
        _packages.Dispose();
    }

    /// <param name="source">The cell.</param>
    /// <param name="language">Its language.</param>
    /// <param name="importing">The files that are being run, outermost first.</param>
    /// <param name="context">The notebook's cell that the source belongs to.</param>
    private async Task<CellError?> RunAsync(
        CellSource source,
        string language,
        ImmutableList<string> importing,
        KernelInvocationContext context
    )
    {
        switch (CellParser.NamesLanguage(source.Code) ? "csharp" : language)
        {
            case "csharp":
                break;
            case var shown when OtherLanguages.IsShown(shown):
                return Show(new TextStep(shown, source.Code), source, context);
            default:
                return CellError.At(source, null, "LanguageError", OtherLanguages.Advice(language));
        }

        var (cell, error) = CellParser.Parse(source);
        if (cell is null)
        {
            return error;
        }

        var stopwatch = Stopwatch.StartNew();
        error = await RestoreAsync(cell, source, context);
        foreach (var step in cell.Steps)
        {
            if (error is not null)
            {
                break;
            }

            context.Interrupted.ThrowIfCancellationRequested();
            error = step switch
            {
                CodeStep code => await RunCodeAsync(code.Code, source, isLast: step == cell.Steps[^1], context),
                ImportStep import => await ImportAsync(import, source, importing, context),
                TextStep text => Show(text, source, context),
                ValueStep value => await SetAsync(value, source, context),
                ListStep list => Show(SessionLists.Shown(list.What, Chain.Submissions), context),
                _ => throw new UnreachableException(),
            };
        }

        if (cell.ShowTime)
        {
            context.DisplayAs($"Wall time: {stopwatch.Elapsed.TotalMilliseconds:N1}ms", ValueFormatting.Plain);
        }

        return error;
    }

    private static CellError? Show(IReadOnlyDictionary<string, string> data, KernelInvocationContext context)
    {
        _ = new DisplayedValue(context.Output, null, data);
        return null;
    }

    private CellError? Show(TextStep text, CellSource source, KernelInvocationContext context)
    {
        try
        {
            return Show(OtherLanguages.Shown(text.Language, text.Text, ValueOf), context);
        }
        catch (Exception e)
        {
            return CellError.At(source, null, "DirectiveError", e.Message);
        }
    }

    private object? ValueOf(string name) =>
        SessionLists.Variables(Chain.Submissions).FirstOrDefault(variable => variable.Name == name) is { } found
            ? found.Value
            : throw new InvalidOperationException($"there is no variable {name} to share; run the cell that declares it first.");

    private async Task<CellError?> SetAsync(ValueStep step, CellSource source, KernelInvocationContext context) =>
        step.From is "csharp" or "c#" or "C#" or "value" or "lines" or null
            ? step.Name == step.Value
                ? null
                : await RunCodeAsync($"var {step.Name} = {step.Value};", source, isLast: false, context)
            : CellError.At(
                source,
                step.Line,
                "DirectiveError",
                $"{step.Name} cannot be taken from {step.From}: only C# is run here, and JavaScript in a page can only receive values."
            );

    private async Task<CellError?> RestoreAsync(ParsedCell cell, CellSource source, KernelInvocationContext context)
    {
        var added = cell.PackageSources.Select(one => _packages.AddSource(one, WorkingDirectory)).ToList();
        if (cell.Packages.Count == 0)
        {
            return null;
        }

        try
        {
            var restored = await _packages.RestoreAsync(cell.Packages, WorkingDirectory, context.Interrupted);
            restored.Notes.ToList().ForEach(note => context.Output.Write("stderr", note + "\n"));
            await Chain.AddPackagesAsync(restored, context.Output);
            return null;
        }
        catch (PackageException e)
        {
            added.ForEach(_packages.RemoveSource);
            return CellError.At(source, cell.Packages[0].Line, "PackageError", e.Message);
        }
    }

    private async Task<CellError?> RunCodeAsync(string code, CellSource source, bool isLast, KernelInvocationContext context)
    {
        (code, var disposed) = PastedCode.WithoutUsingDeclarations(code);
        try
        {
            var submission = await Chain.RunAsync(
                code,
                _report.Register(source),
                WorkingDirectory,
                context.Continuations,
                context.Interrupted
            );
            ShowWarnings(submission, source, context);
            foreach (var (name, awaited) in disposed.Reverse())
            {
                var value = submission.Variables.FirstOrDefault(variable => variable.Name == name)?.Value;
                if (awaited && value is IAsyncDisposable asynchronous)
                {
                    await asynchronous.DisposeAsync();
                }
                else
                {
                    (value as IDisposable)?.Dispose();
                }
            }

            if (submission.Exception is not null && IsInterruption(submission.Exception, context))
            {
                throw new OperationCanceledException("The cell was interrupted.", submission.Exception, context.Interrupted);
            }

            if (submission.Exception is not null)
            {
                return _report.FromException(submission.Exception, source);
            }

            if (source.IsParameters)
            {
                _parameters.Apply(submission, context.Output);
            }

            await ShowAsync(submission, asResult: isLast && !source.IsImported, context);
            return null;
        }
        catch (CompilationErrorException e)
        {
            return ErrorReport.FromCompilation(e, source);
        }
        catch (ParameterException e)
        {
            return CellError.At(source, null, "ParameterError", e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A formatter of the learner's or of a library threw.
            return _report.FromException(e, source);
        }
    }

    private static void ShowWarnings(Submission submission, CellSource source, KernelInvocationContext context)
    {
        // Not shown: older assemblies (CS1701, CS1702), a Main beside top-level code (CS7022), and fields that this cell never assigns or
        // reads (CS0169, CS0414, CS0649): a later cell may.
        var warnings = submission
            .Warnings.Where(warning => warning.Id is not ("CS1701" or "CS1702" or "CS7022" or "CS0169" or "CS0414" or "CS0649"))
            .Select(warning =>
                $"{source.Place(warning.Location.GetLineSpan().StartLinePosition.Line + 1)}: warning {warning.Id}: {warning.GetMessage()}"
            )
            .Distinct()
            .ToList();
        if (warnings.Count == 0 || source.IsImported)
        {
            return;
        }

        var text = string.Join('\n', warnings);
        _ = new DisplayedValue(
            context.Output,
            null,
            new Dictionary<string, string>
            {
                ["text/html"] =
                    $"<details><summary>{warnings.Count} compiler warning{(warnings.Count == 1 ? "" : "s")}</summary><pre>"
                    + $"{System.Net.WebUtility.HtmlEncode(text)}</pre></details>",
                ["text/plain"] = text,
            }
        );
    }

    /// <summary>Whether an exception comes from the user's stopping the cell. A library may turn the exception that stops it into another
    /// one.</summary>
    private static bool IsInterruption(Exception exception, KernelInvocationContext context) =>
        context.Interrupted.IsCancellationRequested && (exception is OperationCanceledException || StopCheck.IsRequested);

    private static async Task ShowAsync(Submission submission, bool asResult, KernelInvocationContext context)
    {
        if (!submission.HasValue || submission.ReturnValue is DisplayedValue)
        {
            return;
        }

        // Formatters and the getters that they call may be code of the cell too.
        var data = await context
            .Continuations.Start(() => Task.FromResult(ValueFormatting.Format(submission.ReturnValue)))
            .ConfigureAwait(false);
        if (asResult)
        {
            context.Output.Put(new Result(data));
        }
        else
        {
            _ = new DisplayedValue(context.Output, null, data);
        }
    }

    private async Task<CellError?> ImportAsync(
        ImportStep import,
        CellSource importer,
        ImmutableList<string> importing,
        KernelInvocationContext context
    )
    {
        var path = Path.GetFullPath(import.Path, WorkingDirectory);
        // A link can give a notebook a second name.
        var real = RealPath.Of(path);
        if (importing.Contains(real))
        {
            return CellError.At(
                importer,
                import.Line,
                "ImportError",
                $"{import.Path} cannot be imported: it is being run already "
                    + $"({string.Join(" imports ", importing.Append(real).Select(Path.GetFileName))})."
            );
        }

        IReadOnlyList<(CellSource Source, string Language)> sources;
        try
        {
            sources = ImportedSources.Read(path);
        }
        catch (NotebookFormatException e)
        {
            return CellError.At(importer, import.Line, "ImportError", e.Message);
        }

        foreach (var (source, language) in sources)
        {
            context.Interrupted.ThrowIfCancellationRequested();
            if (await RunAsync(source, language, importing.Add(real), context) is { } error)
            {
                return error with
                {
                    Message = $"{source.Place(error.Line)}: {error.Message}",
                    Traceback = [.. error.Traceback, $"   imported by {importer.Place(import.Line)}"],
                    Line = import.Line,
                };
            }
        }

        return null;
    }
}
