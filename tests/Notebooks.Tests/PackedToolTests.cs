using System.Diagnostics;
using System.IO.Compression;
using NotebookHost.Documents;

namespace Notebooks.Tests;

/// <summary>NotebookHost as a dotnet tool, made, installed and used as docs/notebooks.md says, far from this repository.</summary>
public sealed class PackedToolTests
{
    [Fact]
    public async Task The_packed_tool_runs_a_notebook_that_has_nothing_to_do_with_the_course()
    {
        using var folder = new TemporaryFolder();
        var (source, tools) = (Path.Combine(folder.Path, "source"), Path.Combine(folder.Path, "tools"));
        await RunAsync(Course.Root, "dotnet", "pack", "lib/NotebookHost", "-c", "Debug", "--output", source);
        await using (
            var package = await ZipFile.OpenReadAsync(Directory.GetFiles(source, "*.nupkg").Single(), TestContext.Current.CancellationToken)
        )
        {
            Assert.Contains(package.Entries, entry => entry.FullName == "notebooks.md");
        }

        await RunAsync(folder.Path, "dotnet", "tool", "install", "CSharpNotebook", "--source", source, "--tool-path", tools);
        var elsewhere = Directory.CreateDirectory(Path.Combine(folder.Path, "elsewhere")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(elsewhere, "mine.ipynb"),
            """
            {
             "cells": [
              { "cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [],
                "source": "#r \"nuget: Humanizer.Core\"\nusing Humanizer;" },
              { "cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": "21.ToWords()" }
             ],
             "metadata": {}, "nbformat": 4, "nbformat_minor": 4
            }
            """,
            TestContext.Current.CancellationToken
        );
        await RunAsync(elsewhere, Path.Combine(tools, "csharp-notebook"), "run", "mine.ipynb", "--output", "out");
        var executed = NotebookDocument.Load(Path.Combine(elsewhere, "out", "mine.ipynb"));
        Assert.Contains("twenty-one", executed.Cells[1].Outputs.ToJsonString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(elsewhere, "out", "mine.html")));
    }

    private static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        var (code, output, errors) = await TestProcess.RunAsync(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder });
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}\n{output}\n{errors}");
    }
}
