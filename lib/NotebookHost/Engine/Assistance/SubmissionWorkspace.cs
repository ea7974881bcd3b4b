using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Text;

namespace NotebookHost.Engine.Assistance;

/// <summary>The session's submissions as Roslyn's editor services need them: a chain of projects, each seeing those before it.</summary>
internal sealed class SubmissionWorkspace : IDisposable
{
    private readonly AdhocWorkspace _workspace = new(MefHostServices.DefaultHost);
    private readonly DocumentedReferences _references = new();
    private readonly Dictionary<Script, ProjectId> _projects = [];
    private Solution _solution;

    public SubmissionWorkspace() => _solution = _workspace.CurrentSolution;

    /// <summary>A document with a script that has not run yet, placed after those that have.</summary>
    public Document Open(Script script)
    {
        var missing = new Stack<Script>();
        for (var previous = script.Previous; previous is not null && !_projects.ContainsKey(previous); previous = previous.Previous)
        {
            missing.Push(previous);
        }

        foreach (var previous in missing)
        {
            (_solution, var document) = Add(previous);
            _projects[previous] = document.ProjectId;
        }

        var (solution, current) = Add(script);
        return solution.GetDocument(current)!;
    }

    public void Dispose() => _workspace.Dispose();

    private (Solution Solution, DocumentId Document) Add(Script script)
    {
        var compilation = script.GetCompilation();
        var project = ProjectId.CreateNewId();
        var options = compilation.Options;
        var parse = compilation.SyntaxTrees.First().Options.WithDocumentationMode(DocumentationMode.Parse);
        var name = $"cell{_projects.Count}";
        var info = ProjectInfo.Create(
            project,
            VersionStamp.Create(),
            name,
            name,
            LanguageNames.CSharp,
            compilationOptions: options.WithMetadataReferenceResolver(
                options.MetadataReferenceResolver is { } resolver ? _references.Resolver(resolver) : null
            ),
            parseOptions: parse,
            projectReferences: script.Previous is { } previous ? [new ProjectReference(_projects[previous])] : [],
            metadataReferences: _references.Of(compilation.ExternalReferences),
            isSubmission: true
        );
        var document = DocumentId.CreateNewId(project);
        return (_solution.AddProject(info).AddDocument(document, name, SourceText.From(script.Code)), document);
    }
}
