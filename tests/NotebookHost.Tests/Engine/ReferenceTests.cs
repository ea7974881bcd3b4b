using System.IO.Compression;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.DotNet.Interactive.Formatting;
using NotebookHost.Engine;
using NotebookHost.Engine.Assistance;

namespace NotebookHost.Tests.Engine;

public sealed class ReferenceTests : SessionTest
{
    private const string Library = """
        using System.Runtime.CompilerServices;
        namespace Lib;
        public class Card { }
        [TypeFormatterSource(typeof(Source))] public class Chart { }
        public class TypeFormatterSourceAttribute : System.Attribute {
            public TypeFormatterSourceAttribute(System.Type t) { FormatterSourceType = t; }
            public System.Type FormatterSourceType { get; } }
        public class Source {
            public System.Collections.Generic.IEnumerable<object> CreateTypeFormatters() { yield return new ChartFormatter(); } }
        public class ChartFormatter { public string MimeType => "text/html";
            public bool Format(object value, System.IO.TextWriter writer) { writer.Write("<canvas/>"); return true; } }
        static class Start
        {
            [ModuleInitializer]
            internal static void Run() =>
                Microsoft.DotNet.Interactive.Formatting.Formatter.Register<Card>(c => "<div>card</div>", "text/html");
        }
        """;

    private static void Compile(string path, string code, params string[] others)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(file => Path.GetDirectoryName(file) == framework)
            .Append(typeof(Formatter).Assembly.Location)
            .Concat(others)
            .Select(file => MetadataReference.CreateFromFile(file));
        var result = CSharpCompilation
            .Create(
                Path.GetFileNameWithoutExtension(path),
                [CSharpSyntaxTree.ParseText(code)],
                references,
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
            )
            .Emit(path);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
    }

    [Fact]
    public async Task A_library_with_its_own_copy_of_Formatting_reaches_the_hosts_formatters()
    {
        var name = $"Lib{Guid.NewGuid():N}";
        Compile(Path.Combine(Folder, "bin", $"{name}.dll"), Library);
        File.Copy(typeof(Formatter).Assembly.Location, Path.Combine(Folder, "bin", "Microsoft.DotNet.Interactive.Formatting.dll"));
        await Run($"#r \"bin/{name}.dll\"\nusing Lib;");
        Assert.Equal("<div>card</div>", (await Run("new Card()")).Result!["text/html"]);
        Assert.Equal("<canvas/>", (await Run("new Chart()")).Result!["text/html"]);
    }

    [Fact]
    public async Task Dependencies_are_found_beside_the_library()
    {
        var (outer, inner) = ($"Outer{Guid.NewGuid():N}", $"Inner{Guid.NewGuid():N}");
        Compile(Path.Combine(Folder, "bin", $"{inner}.dll"), "public class Inner { public static int N => 4; }");
        Compile(
            Path.Combine(Folder, "bin", $"{outer}.dll"),
            "public class Outer { public static int N => Inner.N; }",
            Path.Combine(Folder, "bin", $"{inner}.dll")
        );
        Assert.Equal("4", (await Run($"#r \"bin/{outer}.dll\"\nOuter.N")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_later_cell_that_needs_more_of_the_framework_takes_what_a_library_has_made()
    {
        var name = $"Box{Guid.NewGuid():N}";
        Compile(Path.Combine(Folder, "bin", $"{name}.dll"), "public class Box { public System.Net.Mail.MailAddress To; }");
        await Run($"#r \"bin/{name}.dll\"\nvar box = new Box();\nint Take(Box one) => 4;");
        Assert.Equal("6", (await Run("Take(box) + new System.Net.Mail.MailAddress(\"a@bc\").Host.Length")).Result!["text/plain"]);
        // Nor is there a second error beside the true one.
        Assert.StartsWith("CS1061", (await TryRun("Take(box).Missing()")).Result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_library_that_is_found_beside_another_is_described_too()
    {
        string File(string name) => Path.Combine(Folder, "bin", $"{name}.dll");
        var (outer, inner) = ($"Outer{Guid.NewGuid():N}", $"Inner{Guid.NewGuid():N}");
        Compile(File(inner), "public class Inner { public int N => 4; }");
        Compile(File(outer), "public class Outer { public Inner In = new(); }", File(inner));
        await System.IO.File.WriteAllTextAsync(
            Path.ChangeExtension(File(inner), ".xml"),
            $"<doc><assembly><name>{inner}</name></assembly><members><member name='P:Inner.N'><summary>The number four.</summary></member>"
                + "</members></doc>",
            TestContext.Current.CancellationToken
        );
        await Run($"#r \"bin/{outer}.dll\"\nvar outer = new Outer();");
        using var assistant = new CodeAssistant(Session);
        const string code = "outer.In.N";
        Assert.Contains(
            "The number four.",
            (await assistant.AnswerAsync(new InspectionQuestion(code, code.Length)))!.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Libraries_that_dotnet_Interactive_brings_need_no_reference()
    {
        await Run("using System.Reactive.Linq;\nvar sum = 0;\nObservable.Range(1, 3).Subscribe(x => sum += x);");
        Assert.Equal("6", (await Run("sum")).Result!["text/plain"]);
        Assert.Equal("{\"a\":1}", (await Run("Newtonsoft.Json.JsonConvert.SerializeObject(new { a = 1 })")).Result!["text/plain"]);
        Assert.Equal("two words", (await Run("using Humanizer;\n\"two_words\".Humanize()")).Result!["text/plain"]);
        await Run("namespace Mine { public class Note { public string Text => Newtonsoft.Json.JsonConvert.ToString(true); } }");
        Assert.Equal("true", (await Run("new Mine.Note().Text")).Result!["text/plain"]);
        Assert.Contains("CS0234", (await Fail("System.Reactive.Linq.Nothing.Here()")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("System.Text.Json.Nodes.JsonNode.Parse(\"1\")!.GetValue<System.Xml.XmlDocument>")]
    public async Task A_library_that_a_cell_asks_for_comes_before_the_one_that_is_brought(string first)
    {
        Compile(
            Path.Combine(Folder, "bin", "Newtonsoft.Json.dll"),
            "namespace Newtonsoft.Json; public static class JsonConvert { public static string Own => \"own\"; }"
        );
        if (first.Length > 0)
        {
            // All of the framework is there already.
            await TryRun(first);
        }

        await Run("#r \"bin/Newtonsoft.Json.dll\"");
        Assert.Equal("own", (await Run("using Newtonsoft.Json;\nJsonConvert.Own")).Result!["text/plain"]);
        Assert.Contains("CS0117", (await Fail("Newtonsoft.Json.JsonConvert.SerializeObject(1)")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_reference_does_not_make_the_types_of_an_earlier_one_other_types()
    {
        string File(string name) => Path.Combine(Folder, "bin", $"{name}.dll");
        var (low, high, other) = ($"Low{Guid.NewGuid():N}", $"High{Guid.NewGuid():N}", $"Other{Guid.NewGuid():N}");
        Compile(File(other), "public class Other { }");
        Compile(File(low), "public class Low { public static Low Make() => new(); }");
        Compile(File(high), "public class High { public Low Low; public Other Other; }", File(low), File(other));
        await Run($"#r \"bin/{low}.dll\"\n#r \"bin/{high}.dll\"\nvar high = new High {{ Low = Low.Make() }};");
        var run = await Run($"#r \"bin/{other}.dll\"\nLow Again() {{ high.Low = Low.Make(); return high.Low; }}\nAgain() is Low");
        Assert.Equal("True", run.Result!["text/plain"]);
    }

    [Fact]
    public async Task A_reference_may_follow_other_directives_and_an_absolute_path_works()
    {
        var file = Path.Combine(Folder, $"Abs{Guid.NewGuid():N}.dll");
        Compile(file, "public class Abs { public static int N => 5; }");
        Assert.Equal("5", (await Run($"#!time\n#r \"{file}\"\nAbs.N")).Result!["text/plain"]);
    }

    [Fact]
    public async Task A_missing_library_is_named_with_its_line()
    {
        var error = await Fail("\n#r \"../lib/bin/Missing.dll\"\n1");
        Assert.Contains("../lib/bin/Missing.dll", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Line);
    }

    [Fact]
    public async Task Packages_are_restored_with_their_dependencies_from_a_source_that_the_cell_names()
    {
        KeepPackagesApart();
        Pack("Tiny", "1.2.0", "public class Tiny { public static int N => 6; }");
        var sink = await Run("#i \"nuget: feed\"\n#r \"nuget: Tiny, 1.2.0\"\nTiny.N");
        Assert.Equal("6", sink.Result!["text/plain"]);

        var error = await Fail("Console.WriteLine();\n#r \"nuget: Absent.Package, 9.9.9\"");
        Assert.Equal("PackageError", error.Name);
        Assert.Contains("Absent.Package", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Line);
        Assert.Equal("6", (await Run("Tiny.N")).Result!["text/plain"]);
    }

    [Fact]
    public async Task An_extension_of_a_package_registers_its_formatters_without_the_package_of_dotnet_Interactive()
    {
        KeepPackagesApart();
        var interactive = Path.Combine(Folder, "Microsoft.DotNet.Interactive.dll");
        Compile(
            interactive,
            "[assembly: System.Reflection.AssemblyVersion(\"1.0.0.0\")]\nnamespace Microsoft.DotNet.Interactive;\n"
                + "public abstract class Kernel { public string Name; }\n"
                + "public interface IKernelExtension { System.Threading.Tasks.Task OnLoadAsync(Kernel kernel); }"
        );
        string Extension(string name, string body)
        {
            var file = Path.Combine(Folder, $"{name}.Interactive.dll");
            Compile(
                file,
                "using Microsoft.DotNet.Interactive; using Microsoft.DotNet.Interactive.Formatting; using System.Threading.Tasks;\n"
                    + $"public class Extension : IKernelExtension {{ public Task OnLoadAsync(Kernel kernel) {{ {body} "
                    + "return Task.CompletedTask; } }",
                interactive,
                Path.Combine(Folder, $"{name}.dll")
            );
            return file;
        }

        Pack(
            "Shown",
            "1.0.0",
            "public class Shown { }",
            () => Extension("Shown", "Formatter.Register<Shown>(_ => \"<i>s</i>\", \"text/html\");")
        );
        Pack("Needy", "1.0.0", "public class Needy { public int N => 6; }", () => Extension("Needy", "System.Console.Write(kernel.Name);"));

        await Run("#i \"nuget: feed\"\n#r \"nuget: Shown, 1.0.0\"");
        Assert.Equal("<i>s</i>", (await Run("new Shown()")).Result!["text/html"]);
        var needy = await Run("#r \"nuget: Needy, 1.0.0\"");
        Assert.Contains(
            "The extension Needy.Interactive.dll for .NET Interactive does not work here",
            needy.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Equal("6", (await Run("new Needy().N")).Result!["text/plain"]);
    }

    /// <summary>Packages come from the sources that a cell names alone, and into this test's folder.</summary>
    private void KeepPackagesApart() =>
        File.WriteAllText(
            Path.Combine(Folder, "nuget.config"),
            "<configuration><packageSources><clear/></packageSources><config><add key='globalPackagesFolder' "
                + "value='cache'/></config></configuration>"
        );

    private void Pack(string name, string version, string code, Func<string>? extension = null)
    {
        var dll = Path.Combine(Folder, $"{name}.dll");
        Compile(dll, code);
        Directory.CreateDirectory(Path.Combine(Folder, "feed"));
        using var archive = ZipFile.Open(Path.Combine(Folder, "feed", $"{name}.{version}.nupkg"), ZipArchiveMode.Create);
        using (var writer = new StreamWriter(archive.CreateEntry($"{name}.nuspec").Open()))
        {
            writer.Write(
                "<?xml version='1.0'?><package "
                    + $"xmlns='http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd'>"
                    + $"<metadata><id>{name}</id><version>{version}</version><authors>a</authors><description>d</description>"
                    + "</metadata></package>"
            );
        }

        archive.CreateEntryFromFile(dll, $"lib/net8.0/{name}.dll");
        if (extension?.Invoke() is { } file)
        {
            archive.CreateEntryFromFile(file, $"interactive-extensions/dotnet/{Path.GetFileName(file)}");
        }
    }
}
