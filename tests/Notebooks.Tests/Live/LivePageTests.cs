using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NotebookHost.Documents;
using static Notebooks.Tests.Live.LiveCourse;

namespace Notebooks.Tests.Live;

/// <summary>The live page in a browser, as a learner uses it.</summary>
public sealed class LivePageTests
{
    [Fact]
    public async Task By_keyboard_alone_cells_run_are_written_moved_deleted_and_brought_back()
    {
        await using var course = await OpenAsync("[text]# A title\n\nSome text.", "var x = 20 + 1;", "x * 2");
        var page = await course.PageAsync();

        await page.Keyboard.PressAsync("Shift+Enter");
        await page.Keyboard.PressAsync("Shift+Enter");
        await page.Keyboard.PressAsync("Shift+Enter");
        await StateAsync(page, 3, "done");
        Assert.Contains("42", await OutputAsync(page, 3), StringComparison.Ordinal);

        // After the last cell comes a new one, in which the cursor stands.
        await page.WaitForFunctionAsync("() => liveNotebook.cells.length === 4 && liveNotebook.cells[3].isEditing");
        await page.Keyboard.TypeAsync("Console.WriteL");
        await CompletionsAsync(page, ".cm-tooltip-autocomplete >> text=WriteLine");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("(x + 100)");
        await page.Keyboard.PressAsync("Control+Enter");
        await StateAsync(page, 4, "done");
        Assert.Equal("121", await OutputAsync(page, 4));
        await course.SavedAsync("Console.WriteLine(x + 100)");

        // One goes on writing after Ctrl+Enter, and Esc takes one popup after the other before it leaves the cell.
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("Console.Wri");
        await page.WaitForSelectorAsync(".cm-tooltip-autocomplete");
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForSelectorAsync(".cm-tooltip-autocomplete", new() { State = WaitForSelectorState.Detached });
        Assert.True(await page.EvaluateAsync<bool>("() => liveNotebook.current.isEditing"));
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await page.EvaluateAsync<bool>("() => liveNotebook.current.isEditing"));

        await page.Keyboard.PressAsync("d");
        await page.Keyboard.PressAsync("d");
        await page.WaitForFunctionAsync("() => liveNotebook.cells.length === 3");
        await course.SavedAsync("Console.WriteLine(x + 100)", isThere: false);
        await page.Keyboard.PressAsync("z");
        await page.WaitForFunctionAsync("() => liveNotebook.cells.length === 4");
        Assert.Equal("121", await OutputAsync(page, 4));

        await page.Keyboard.PressAsync("a");
        await page.WaitForFunctionAsync("() => liveNotebook.cells.length === 5 && liveNotebook.cells[3] === liveNotebook.current");
        await page.Keyboard.PressAsync("m");
        await page.WaitForFunctionAsync("() => liveNotebook.current.kind === 'markdown'");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("A *new* text");
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForFunctionAsync("() => liveNotebook.current.renderedElement?.querySelector('em')?.textContent === 'new'");
        await page.Keyboard.PressAsync("y");
        await page.WaitForFunctionAsync("() => liveNotebook.current.kind === 'code'");
        await page.Keyboard.PressAsync("z");
        await page.WaitForFunctionAsync("() => liveNotebook.current.kind === 'markdown'");
        // What two cells were before they became one comes back too, and where one stood before it was moved.
        await page.Keyboard.PressAsync("Shift+M");
        await page.WaitForFunctionAsync("() => liveNotebook.cells.length === 4 && liveNotebook.cells[3].source.includes('x + 100')");
        await page.Keyboard.PressAsync("z");
        await page.WaitForFunctionAsync("() => liveNotebook.cells.length === 5 && liveNotebook.cells[3].source === 'A *new* text'");
        Assert.Equal("121", await OutputAsync(page, 5));
        await page.EvaluateAsync("() => liveNotebook.move(liveNotebook.cells[3], -1)");
        await page.WaitForFunctionAsync("() => liveNotebook.cells[2].kind === 'markdown'");
        await page.EvaluateAsync("() => liveNotebook.undo()");
        await page.WaitForFunctionAsync("() => liveNotebook.cells[3].kind === 'markdown'");
        await page.EvaluateAsync("() => liveNotebook.select(liveNotebook.cells[3])");
        // A letter that is no command says why nothing is written.
        await page.Keyboard.PressAsync("x");
        await page.WaitForSelectorAsync("#live-notices :text('single keys are commands')");
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("o");
        Assert.True(
            await page.EvaluateAsync<bool>(
                "() => liveNotebook.cells[2].outputsElement.hidden && liveNotebook.current === liveNotebook.cells[2]"
            )
        );
        await page.Keyboard.PressAsync("?");
        await page.WaitForSelectorAsync("#live-help[open]");
        await page.Keyboard.PressAsync("Escape");
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task A_run_goes_on_while_its_page_is_loaded_again_and_nothing_is_lost_or_doubled()
    {
        await using var course = await OpenAsync(
            "for (var i = 0; i < 60; i++) { Console.WriteLine($\"line {i}\"); System.Threading.Thread.Sleep(100); }"
        );
        var page = await course.PageAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await page.WaitForFunctionAsync("() => liveNotebook.cells[0].outputsElement.innerText.includes('line 5')");
        await page.ReloadAsync();
        await ReadyAsync(page);
        Assert.Equal("running", await page.EvaluateAsync<string>("() => liveNotebook.cells[0].state"));
        await StateAsync(page, 1, "done");
        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"line {i}"), (await OutputAsync(page, 1)).Split('\n'));
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task Stop_ends_a_cell_and_keeps_the_variables_and_restart_makes_all_cells_stale()
    {
        await using var course = await OpenAsync(
            "var kept = 7;",
            "Console.WriteLine(\"begun\");\nwhile (true) { kept++; System.Threading.Thread.Sleep(10); }",
            "kept > 7"
        );
        var page = await course.PageAsync();
        await page.Keyboard.PressAsync("Shift+Enter");
        await page.Keyboard.PressAsync("Control+Enter");
        await page.Locator("[data-cell=cell2] pre.stream").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "■ Stop" }).ClickAsync();
        await StateAsync(page, 2, "failed");
        // What the learner stopped is no error.
        Assert.Matches(@"^Stopped in [\d.]+ s", await page.Locator("[data-cell=cell2] .cell-state").InnerTextAsync());
        Assert.Equal("begun", await OutputAsync(page, 2));
        await page.EvaluateAsync("() => liveNotebook.run([liveNotebook.cells[2]])");
        await StateAsync(page, 3, "done");
        Assert.Contains("True", await OutputAsync(page, 3), StringComparison.OrdinalIgnoreCase);

        var question = "";
        page.Dialog += (_, dialog) =>
        {
            question = dialog.Message;
            _ = dialog.AcceptAsync();
        };
        await page.GetByRole(AriaRole.Button, new() { Name = "↻ Restart" }).ClickAsync();
        await StateAsync(page, 1, "stale");
        await StateAsync(page, 3, "stale");
        Assert.Contains("All variables are lost", question, StringComparison.Ordinal);
        Assert.Equal("From before the restart [3]", await page.Locator("[data-cell=cell3] .cell-state").InnerTextAsync());
        await page.EvaluateAsync("() => liveNotebook.run([liveNotebook.cells[2]])");
        await StateAsync(page, 3, "failed");
        Assert.Contains("kept", await OutputAsync(page, 3), StringComparison.Ordinal);

        // The likely reason stands under the error, with its cure.
        await TypeAsync(page, 2, "kept++;");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run all above, then this cell" }).ClickAsync();
        await StateAsync(page, 3, "done");
        Assert.Contains("True", await OutputAsync(page, 3), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task The_editor_closes_braces_once_and_indents_and_takes_a_completion_by_what_follows_it()
    {
        await using var course = await OpenAsync("");
        var page = await course.PageAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("int Twice(int n)\n{\nif (n > 2)\nConsole.Wri");
        await CompletionsAsync(page, ".cm-tooltip-autocomplete");
        await page.Keyboard.TypeAsync("(n);\nreturn 2 * n;\n}\nTwice(4)");
        Assert.Equal(
            "int Twice(int n)\n{\n    if (n > 2)\n        Console.Write(n);\n    return 2 * n;\n}\nTwice(4)",
            await page.EvaluateAsync<string>("() => liveNotebook.cells[0].source")
        );
        await page.Keyboard.PressAsync("Control+Enter");
        await StateAsync(page, 1, "done");
        Assert.Equal("4\n8", (await OutputAsync(page, 1)).Replace("\n\n", "\n", StringComparison.Ordinal));

        // The arrows go through the overloads.
        await page.Keyboard.TypeAsync("; Math.Abs(");
        await page.WaitForSelectorAsync(".signature-help :text('1 of ')");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.WaitForSelectorAsync(".signature-help :text('2 of ')");

        // Help that comes when the call is written already would cover the code.
        await page.Keyboard.PressAsync("Escape");
        await page.EvaluateAsync(
            """
            () => {
              const { notebook } = liveNotebook.cells[0], { ask } = notebook;
              window.helped = new Promise(done => {
                notebook.ask = async (question, values) => {
                  const answer = await ask.call(notebook, question, values);
                  if (question !== 'signature' || !answer) return answer;
                  await new Promise(later => setTimeout(later, 1000));
                  setTimeout(() => done(answer.items.length), 500);
                  return answer;
                };
              });
            }
            """
        );
        await page.Keyboard.TypeAsync("1) + Math.Max(1, 2);");
        Assert.NotEqual(0, await page.EvaluateAsync<int>("() => helped"));
        Assert.Equal(0, await page.Locator(".signature-help").CountAsync());
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task A_page_that_is_loaded_again_stands_where_it_stood_and_the_contents_move_the_cell_too()
    {
        var text = string.Concat(Enumerable.Range(0, 60).Select(i => $"\n\nParagraph {i}."));
        await using var course = await OpenAsync($"[text]# A title{text}", "1", $"[text]## A part{text}", "2", $"[text]## The end{text}");
        var page = await course.PageAsync();
        await page.Locator("#page-contents a >> text=A part").ClickAsync();
        Assert.Equal("cell3", await page.EvaluateAsync<string>("() => liveNotebook.current.id"));
        const string Top = "() => liveNotebook.cells[2].renderedElement.querySelector('h2').getBoundingClientRect().top";
        const string Bar = "() => document.querySelector('.bar').getBoundingClientRect().bottom";
        Assert.InRange(await page.EvaluateAsync<double>(Top), await page.EvaluateAsync<double>(Bar), 200);

        // Not by ReadyAsync, which selects the first cell.
        await page.EvaluateAsync("() => { history.replaceState(null, '', location.pathname); scrollBy(0, 500); }");
        var before = await page.EvaluateAsync<double>(Top);
        await page.ReloadAsync();
        await page.WaitForSelectorAsync("main[data-ready]");
        Assert.InRange(await page.EvaluateAsync<double>(Top) - before, -3, 3);
        Assert.Equal("cell3", await page.EvaluateAsync<string>("() => liveNotebook.current.id"));
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task Two_pages_show_the_same()
    {
        await using var course = await OpenAsync("1 + 1", "[text]Old text");
        var one = await course.PageAsync();
        var other = await course.PageAsync();
        await TypeAsync(one, 1, "6 * 7");
        await other.WaitForFunctionAsync("() => liveNotebook.cells[0].source === '6 * 7'");
        await one.Keyboard.PressAsync("Control+Enter");
        await StateAsync(other, 1, "done");
        Assert.Contains("42", await OutputAsync(other, 1), StringComparison.Ordinal);
        await TypeAsync(other, 2, "**New** text");
        await one.WaitForFunctionAsync("() => liveNotebook.cells[1].renderedElement.querySelector('strong')?.textContent === 'New'");
        await other.EvaluateAsync("() => liveNotebook.move(liveNotebook.cells[1], -1)");
        await one.WaitForFunctionAsync(
            "() => liveNotebook.cells[0].kind === 'markdown' && document.querySelector('main').firstElementChild === "
                + "liveNotebook.cells[0].element"
        );
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task A_session_that_dies_says_so_and_the_next_cell_runs_in_a_new_one()
    {
        await using var course = await OpenAsync("var before = 1;", "Environment.FailFast(\"the end\");", "\"alive\" + 1");
        var page = await course.PageAsync();
        await page.Keyboard.PressAsync("Shift+Enter");
        await page.Keyboard.PressAsync("Shift+Enter");
        await page.WaitForSelectorAsync("#live-notices .error");
        await StateAsync(page, 1, "stale");
        Assert.Contains("Run the cells again", await OutputAsync(page, 2), StringComparison.Ordinal);
        await page.EvaluateAsync("() => liveNotebook.run([liveNotebook.cells[2]])");
        await StateAsync(page, 3, "done");
        Assert.Contains("alive1", await OutputAsync(page, 3), StringComparison.Ordinal);
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task A_file_that_another_program_changed_is_not_overwritten_unasked()
    {
        await using var course = await OpenAsync("var a = 1;");
        var page = await course.PageAsync();
        // Where the machine pauses for a second in between, the typed text is saved already, and there is no conflict: then once more.
        var conflict = page.Locator("#live-conflict[open]");
        for (var tries = 0; tries < 5 && await conflict.CountAsync() == 0; tries++)
        {
            await TypeAsync(page, 1, $"var a = 2; // typed here {tries}");
            course.Write($"var a = 3; // from elsewhere {tries}");
            await page.WaitForFunctionAsync(
                "tries => document.querySelector('#live-conflict[open]') || liveNotebook.cells[0].source.includes('elsewhere ' + tries)",
                tries
            );
        }

        await Assertions.Expect(conflict).ToBeVisibleAsync();
        Assert.Contains("from elsewhere", File.ReadAllText(course.Notebook), StringComparison.Ordinal);
        var shown = await page.Locator("#live-conflict").InnerTextAsync();
        Assert.Contains("typed here", shown, StringComparison.Ordinal);
        Assert.Contains("from elsewhere", shown, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep what is here" }).ClickAsync();
        await course.SavedAsync("typed here");

        course.Write("var a = 4; // quietly");
        await page.WaitForFunctionAsync("() => liveNotebook.cells[0].source.includes('quietly')");

        // Typed, but not sent yet when the other version comes: neither of them is lost unasked.
        var loads = await page.EvaluateAsync<int>("() => { liveNotebook.cells[0].flush = () => {}; return liveNotebook.loads; }");
        await TypeAsync(page, 1, "var a = 5; // typed before");
        course.Write("var a = 6; // came meanwhile");
        await page.WaitForFunctionAsync("loads => liveNotebook.loads > loads", loads);
        await page.EvaluateAsync("() => { delete liveNotebook.cells[0].flush; liveNotebook.cells[0].flush(); }");
        await Assertions.Expect(conflict).ToBeVisibleAsync();
        Assert.Contains("came meanwhile", File.ReadAllText(course.Notebook), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Take the file" }).ClickAsync();
        await page.WaitForFunctionAsync("() => liveNotebook.cells[0].source.includes('came meanwhile')");
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task A_page_of_another_site_in_the_same_browser_can_neither_read_nor_change_anything()
    {
        await using var course = await OpenAsync("var a = 1;");
        var own = await course.PageAsync();
        var server = new Uri(course.Address).GetLeftPart(UriPartial.Authority);
        // With the browser's cookies, at an address of the same machine, as another program's page would be.
        var other = await own.Context.NewPageAsync();
        await other.RouteAsync(
            "http://localhost:1/**",
            route =>
                route.FulfillAsync(
                    new()
                    {
                        ContentType = "text/html",
                        Body =
                            "<title>other</title><iframe name=hidden></iframe><form method=post enctype=text/plain target=hidden></form>",
                    }
                )
        );
        await other.GotoAsync("http://localhost:1/");
        var tried = await other.EvaluateAsync<string[]>(
            """
            async server => {
                const read = options => fetch(`${server}/notebook/n.ipynb`, { credentials: 'include', ...options })
                    .then(answer => answer.text()).then(text => text ? 'read' : 'nothing', () => 'refused');
                const socket = new Promise(done => {
                    const made = new WebSocket(`${server.replace('http', 'ws')}/ws?notebook=n.ipynb`);
                    made.onopen = () => {
                        made.send(JSON.stringify({ type: 'edit', cell: 'cell1', source: 'evil', version: 1 }));
                        done('open');
                    };
                    made.onerror = () => done('refused');
                });
                const form = document.forms[0];
                form.action = `${server}/ws?notebook=n.ipynb`;
                form.submit();
                const frame = document.createElement('iframe');
                frame.src = `${server}/notebook/n.ipynb`;
                document.body.append(frame);
                await new Promise(done => setTimeout(done, 1500));
                let inside = 'shut';
                try { inside = frame.contentDocument?.querySelector('main') ? 'seen' : 'shut'; } catch { }
                return [await read({}), await read({ mode: 'no-cors' }), await socket, inside];
            }
            """,
            server
        );
        Assert.Equal(["refused", "refused", "refused", "shut"], tried);
        Assert.Contains("var a = 1;", File.ReadAllText(course.Notebook), StringComparison.Ordinal);
        Assert.Equal("var a = 1;", await own.EvaluateAsync<string>("() => liveNotebook.cells[0].source"));
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task A_script_in_the_name_of_a_file_is_text()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Such a name is not possible there.");
        await using var course = await OpenAsync("1");
        // Names with < or > are not served, as Windows has none.
        const string Name = "it's &lt;img src=x onerror='evil()'&gt; & %3Cscript%3E #1.ipynb";
        File.Move(course.Notebook, Path.Combine(course.Folder, Name));
        var index = await course.IndexAsync();
        var link = index.Locator(".results h2 a");
        Assert.Equal(Path.GetFileNameWithoutExtension(Name), await link.InnerTextAsync());
        await link.ClickAsync();
        await ReadyAsync(index);
        Assert.Equal(0, await index.Locator("img").CountAsync());
        Assert.Contains(Name[..^6], await index.TitleAsync(), StringComparison.Ordinal);
        await index.Keyboard.PressAsync("Shift+Enter");
        await StateAsync(index, 1, "done");
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task Scripts_of_outputs_run_in_a_frame_that_cannot_reach_the_page()
    {
        await using var course = await OpenAsync(
            """
            display(HTML("<p id='seen'>not yet</p><script>let words = 'it runs'; "
                + "try { parent.document.title = 'changed'; words = 'it reaches the page'; } catch { } "
                + "document.getElementById('seen').textContent = words + ', ' + document.documentElement.dataset.theme;</script>"));
            """
        );
        var page = await course.PageAsync(scheme: ColorScheme.Dark);
        var title = await page.TitleAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await StateAsync(page, 1, "done");
        var frame = page.FrameLocator("iframe.output");
        await frame.GetByText("it runs").WaitForAsync();
        Assert.Equal(title, await page.TitleAsync());
        await page.WaitForFunctionAsync("() => parseInt(document.querySelector('iframe.output').style.height) > 20");
        Assert.Equal("dark", await frame.Locator("html").GetAttributeAsync("data-theme"));
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task Input_is_asked_for_in_the_page()
    {
        await using var course = await OpenAsync("var name = Console.ReadLine();\nConsole.WriteLine($\"Hello {name}!\");");
        var page = await course.PageAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await page.WaitForSelectorAsync(".output.input input:focus");
        await page.Keyboard.TypeAsync("Ada");
        await page.Keyboard.PressAsync("Enter");
        await StateAsync(page, 1, "done");
        Assert.Contains("Hello Ada!", await OutputAsync(page, 1), StringComparison.Ordinal);

        await TypeAsync(page, 1, "(await Microsoft.DotNet.Interactive.Kernel.GetPasswordAsync(\"Secret\")).GetClearTextPassword().Length");
        await page.Keyboard.PressAsync("Control+Enter");
        await page.WaitForSelectorAsync(".output.input input[type=password]:focus");
        await page.Keyboard.TypeAsync("four");
        await page.Keyboard.PressAsync("Enter");
        await StateAsync(page, 1, "done");
        Assert.Equal("4", await OutputAsync(page, 1));
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task The_list_counts_tasks_and_quizzes()
    {
        await using var course = await OpenAsync(
            "[check]HTML(\"<div data-check='passed'>in single quotes</div>\")",
            "[check]HTML(\"<div data-check=\\\"passed\\\">yes</div>\")",
            "HTML(\"<script>setTimeout(() => document.dispatchEvent(new CustomEvent('quizprogress', "
                + "{ detail: { answered: 2, right: 1, of: 5 } })), 500)</script>\")"
        );
        var index = await course.IndexAsync();
        var page = await course.PageAsync();
        for (var cell = 1; cell <= 3; cell++)
        {
            await page.Keyboard.PressAsync("Shift+Enter");
            await StateAsync(page, cell, "done");
        }

        await ShowsAsync(index, "1 of 2 tasks passed · quiz: 1 of 5 right");
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task A_merge_that_is_taken_back_at_once_leaves_page_and_file_as_they_were()
    {
        await using var course = await OpenAsync("var a = 1;", "var b = 2;");
        var page = await course.PageAsync();
        await page.Keyboard.PressAsync("Shift+M");
        await page.Keyboard.PressAsync("z");
        // The answer to a question comes after all that the server said before it.
        await page.EvaluateAsync("() => liveNotebook.ask('format', { cell: 'cell1', code: '1', position: 0 })");
        await page.EvaluateAsync("() => liveNotebook.select(liveNotebook.cells[0])");
        await page.Keyboard.PressAsync("b");
        await page.WaitForFunctionAsync("() => liveNotebook.cells.length === 3");
        await TypeAsync(page, 2, "a + 40");
        await course.SavedAsync("a + 40");
        string[] sources = ["var a = 1;", "a + 40", "var b = 2;"];
        Assert.Equal(sources, await page.EvaluateAsync<string[]>("() => liveNotebook.cells.map(cell => cell.source)"));
        Assert.Equal(sources, NotebookDocument.Load(course.Notebook).Cells.Select(cell => cell.Source));
        Assert.Empty(course.Problems);
    }

    /// <summary>Waits until the list says something of its first notebook.</summary>
    private static async Task ShowsAsync(IPage index, string begin)
    {
        await index.BringToFrontAsync();
        var done = "";
        for (var waited = 0; waited < 20_000 && !done.StartsWith(begin, StringComparison.Ordinal); waited += 100)
        {
            done = await index.EvaluateAsync<string>("() => document.querySelector('.done').textContent");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.StartsWith(begin, done, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_underlined_while_it_is_typed_and_an_error_leads_to_its_line()
    {
        await using var course = await OpenAsync(
            "var known = 1;",
            "1",
            "known.ToString();\nthrow new InvalidOperationException(\"found\");"
        );
        var page = await course.PageAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await StateAsync(page, 1, "done");
        await TypeAsync(page, 2, "known + unknown");
        await page.WaitForSelectorAsync(".cm-lintRange-error");
        Assert.Equal("unknown", await page.Locator(".cm-lintRange-error").InnerTextAsync());

        await page.EvaluateAsync("() => liveNotebook.run([liveNotebook.cells[2]])");
        await StateAsync(page, 3, "failed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go to cell 3, line 2" }).ClickAsync();
        await page.WaitForFunctionAsync("() => liveNotebook.cells[2].isEditing && getSelection().toString().startsWith('throw')");
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task What_an_import_printed_is_folded_and_terms_lead_to_the_glossary()
    {
        await using var course = await OpenAsync(
            "#!import other.ipynb",
            "[text]A tensor is an array; a tensor has a shape.",
            "[text]Another tensor, see the [glossary](glossary.md)."
        );
        File.WriteAllText(
            Path.Combine(course.Folder, "other.ipynb"),
            File.ReadAllText(course.Notebook).Replace("#!import other.ipynb", "Console.WriteLine(4242);", StringComparison.Ordinal)
        );
        File.WriteAllText(
            Path.Combine(course.Folder, "glossary.md"),
            "# Words\n\n## Tensor\n\nAn array with a shape. More.\n\n## Shape\n\nThe sizes of a tensor.\n"
        );
        var page = await course.PageAsync();
        await page.EvaluateAsync("() => liveNotebook.run([liveNotebook.cells[0]])");
        await StateAsync(page, 1, "done");
        var fold = page.GetByRole(AriaRole.Button, new() { Name = "What the import printed" });
        Assert.Equal("false", await fold.GetAttributeAsync("aria-expanded"));
        var printed = page.GetByText("4242", new() { Exact = true });
        Assert.False(await printed.IsVisibleAsync());
        await fold.ClickAsync();
        Assert.True(await printed.IsVisibleAsync());
        Assert.Equal("4242", await OutputAsync(page, 1));
        Assert.Equal("true", await fold.GetAttributeAsync("aria-expanded"));

        Assert.Equal(["tensor", "shape"], await page.Locator("a.term").AllInnerTextsAsync());
        Assert.Equal("An array with a shape.", await page.Locator("a.term").First.GetAttributeAsync("title"));
        await TypeAsync(page, 3, "A shape alone.");
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForFunctionAsync("() => liveNotebook.cells[2].renderedElement.innerText === 'A shape alone.'");
        Assert.Equal(2, await page.Locator("a.term").CountAsync());
        await page.Locator("a.term").First.ClickAsync();
        await page.WaitForURLAsync("**/glossary.html#tensor");
        Assert.Equal("Words", await page.Locator("h1").InnerTextAsync());
        Assert.Empty(course.Problems);
    }

    [Fact]
    public async Task Variables_are_listed_with_type_and_value()
    {
        await using var course = await OpenAsync("var answer = 42;\nvar words = new[] { \"a\", \"b\" };");
        var page = await course.PageAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await StateAsync(page, 1, "done");
        await page.GetByRole(AriaRole.Button, new() { Name = "Variables", Exact = true }).ClickAsync();
        await page.Locator("#live-variables details[data-name=answer]").WaitForAsync();
        var text = await page.Locator("#live-variables").InnerTextAsync();
        Assert.Matches("answer\\s+int", text);
        Assert.Contains("42", text, StringComparison.Ordinal);
        Assert.Contains("words", text, StringComparison.Ordinal);
        Assert.Empty(course.Problems);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_window(int width, ColorScheme scheme)
    {
        await using var course = await OpenAsync(
            "[text]# A title\n\n## A part\n\n$x^2$",
            "Console.WriteLine(\"text\");",
            "throw new Exception(\"wrong\");"
        );
        var page = await course.PageAsync(width, scheme);
        await page.EvaluateAsync("() => liveNotebook.run(liveNotebook.cells)");
        await StateAsync(page, 3, "failed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Variables", Exact = true }).ClickAsync();
        await page.ScreenshotAsync(new() { Path = Chromium.Screenshot($"live-{width}") });
        var result = await page.RunAxe();
        Assert.NotEmpty(result.Passes);
        Assert.Empty(
            result.Violations.Select(violation => $"{violation.Id}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}")
        );
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width);
        Assert.Empty(course.Problems);
    }

    /// <summary>Waits for completions, and then as long as a person looks for the next key: CodeMirror takes none in the first
    /// moment.</summary>
    private static async Task CompletionsAsync(IPage page, string selector)
    {
        await page.WaitForSelectorAsync(selector);
        await Task.Delay(300, TestContext.Current.CancellationToken);
    }
}
