using System.Runtime.InteropServices;

namespace CnnTutorial;

/// <summary>Until it is disposed, the C library keeps freed memory for the next step instead of giving it back to the system.</summary>
/// <remarks>
/// A step of training allocates and frees the same large tensors again and again. glibc takes each from the system and gives it back, so
/// every page is cleared and mapped again: a third of the training time. Kept memory becomes fragmented and grows, so <see
/// cref="Trim"/> gives it back from time to time. With another C library this type does nothing. The numbers are those of glibc's malloc.h
/// (see mallopt(3)).
/// </remarks>
internal sealed partial class MemoryReuse : IDisposable
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;
    private const int MmapMax = -4;

    /// <summary>Measured on the course's network: with fewer trims the memory grows, and more trims cost time.</summary>
    private const int StepsBetweenTrims = 50;

    private static readonly bool IsGlibc =
        OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out var library)
        && NativeLibrary.TryGetExport(library, "gnu_get_libc_version", out _);
    private static int _users;
    private int _steps;

    private MemoryReuse() { }

    /// <summary>Begins; several may overlap.</summary>
    public static MemoryReuse Begin()
    {
        if (IsGlibc && Interlocked.Increment(ref _users) == 1)
        {
            _ = Set(MmapMax, 0);
            _ = Set(TrimThreshold, int.MaxValue);
            _ = Set(TopPad, 64 << 20);
        }

        return new MemoryReuse();
    }

    /// <summary>Counts a step of training, and gives memory back every <see cref="StepsBetweenTrims"/> steps.</summary>
    public void Step()
    {
        if (IsGlibc && ++_steps % StepsBetweenTrims == 0)
        {
            _ = Trim(0);
        }
    }

    /// <summary>Puts glibc's own defaults back and returns what is free.</summary>
    public void Dispose()
    {
        if (IsGlibc && Interlocked.Decrement(ref _users) == 0)
        {
            _ = Set(MmapMax, 65536);
            _ = Set(TrimThreshold, 128 << 10);
            _ = Set(TopPad, 128 << 10);
            _ = Set(MmapThreshold, 128 << 10);
            _ = Trim(0);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
