using System.Diagnostics;
using TorchSharp;

namespace CnnTutorial.Tests.Accelerators;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void TorchSharp_computes_on_this_machine()
    {
        NativeLibraries.EnsureLoaded();
        using var sum = torch.tensor(new[] { 1f, 2f, 3f }).sum();
        Assert.Equal(6f, sum.item<float>());
    }

    [Fact]
    public void No_test_or_host_folder_holds_a_copy_of_libtorch()
    {
        var copies = Directory
            .EnumerateFiles(CourseFolders.Root, "*torch_cpu*", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(CourseFolders.NativeLibraries, StringComparison.Ordinal));
        Assert.Empty(copies);
    }

    [Fact]
    public void The_compatible_copy_differs_in_one_flag_and_the_original_is_untouched()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The workaround is for Linux alone.");
        using var folder = new TemporaryFolder();
        var original = Path.Combine(folder.Path, "libLibTorchSharp.so");
        File.Copy(Path.Combine(CourseFolders.NativeLibraries, "libLibTorchSharp.so"), original);
        var before = File.ReadAllBytes(original);

        var copy = NativeLibraries.MakeCompatibleCopy(original);

        var after = File.ReadAllBytes(copy);
        Assert.Equal(before, File.ReadAllBytes(original));
        var changed = Assert.Single(Enumerable.Range(0, before.Length), i => before[i] != after[i]);
        Assert.Equal(0, before[changed]);
        Assert.Equal(2, after[changed]);
        Assert.Equal(ElfVersionNeeds.Find(before).Select(need => need.Version), ElfVersionNeeds.Find(after).Select(need => need.Version));
        Assert.Equal(copy, NativeLibraries.MakeCompatibleCopy(original));
    }

    [Fact]
    public async Task Readelf_sees_the_flag()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/readelf"), "readelf (package binutils) is not installed.");
        var copy = NativeLibraries.MakeCompatibleCopy(Path.Combine(CourseFolders.NativeLibraries, "libLibTorchSharp.so"));
        using var readelf = TestProcess.Start(new ProcessStartInfo("readelf", ["-V", "-W", copy]) { RedirectStandardOutput = true });
        var lines = (await readelf.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');
        Assert.Contains(
            lines,
            line => line.Contains("GLIBCXX_3.4.32", StringComparison.Ordinal) && line.Contains("WEAK", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            lines,
            line => line.Contains("GLIBCXX_3.4.30", StringComparison.Ordinal) && line.Contains("WEAK", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Missing_libraries_name_the_file_and_the_command()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<NotSupportedException>(() => NativeLibraries.LoadFrom(folder.Path, NativeLibraryNames.ForThisMachine()));
        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("dotnet build lib/CnnTutorial", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_no_library_is_named()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "libnothing.so");
        File.WriteAllText(file, "not a library");
        var error = Assert.Throws<NotSupportedException>(() =>
            NativeLibraries.LoadFrom(folder.Path, new NativeLibraryNames(["libnothing.so"], [], "libnothing.so"))
        );
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.99' not found (required by x.so)",
        "libstdc++ is too old: GLIBCXX_3.4.99 is missing"
    )]
    [InlineData("/lib/libc.so.6: version `GLIBC_2.99' not found (required by x.so)", "C library is too old: GLIBC_2.99 is missing")]
    [InlineData(
        "libquadmath.so.0: cannot open shared object file: No such file or directory",
        "the system library libquadmath.so.0 is missing"
    )]
    public void The_loaders_message_becomes_the_cause_in_plain_words(string message, string expected) =>
        Assert.Contains(expected, NativeLibraries.Explain("x.so", message).Message, StringComparison.Ordinal);

    [Fact]
    public void Damaged_elf_files_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.Find("text"u8));
        var elf = new byte[64];
        "\u007fELF\u0002\u0001"u8.CopyTo(elf);
        elf[0x28] = 200; // a section table beyond the end
        elf[0x3A] = 64;
        elf[0x3C] = 1;
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.Find(elf));
    }
}
