using System.Buffers.Binary;
using System.Text;

namespace CnnTutorial;

/// <summary>The symbol versions that a Linux shared library asks of others, and a way to make one of them optional.</summary>
/// <remarks>
/// Structures: System V ABI (ELF-64, little-endian) and Linux Standard Base, "Symbol Versioning":
/// a section of type SHT_GNU_verneed holds Verneed records, each with a list of Vernaux records.
/// </remarks>
internal static class ElfVersionNeeds
{
    private const uint SectionTypeVersionNeeds = 0x6FFFFFFE;

    /// <summary>VER_FLG_WEAK: the dynamic loader goes on without this version instead of refusing the library.</summary>
    private const ushort WeakFlag = 0x2;

    /// <summary>Sets the weak flag on every need of <paramref name="version"/> (such as <c>GLIBCXX_3.4.32</c>).</summary>
    /// <returns>How many needs were changed.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a 64-bit little-endian ELF file.</exception>
    public static int Weaken(Span<byte> elf, string version)
    {
        var changed = 0;
        foreach (var need in Find(elf))
        {
            var flags = elf.Slice(need.FlagsOffset, 2);
            if (need.Version == version && (BinaryPrimitives.ReadUInt16LittleEndian(flags) & WeakFlag) == 0)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | WeakFlag));
                changed++;
            }
        }

        return changed;
    }

    /// <summary>Every version that the library asks for, and where the flags of that need stand in the file.</summary>
    public static IReadOnlyList<(string Version, int FlagsOffset)> Find(ReadOnlySpan<byte> elf)
    {
        if (elf.Length < 64 || !elf[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
        }

        try
        {
            return FindInSections(elf);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The ELF file is damaged: a table points outside the file.", e);
        }
    }

    private static List<(string Version, int FlagsOffset)> FindInSections(ReadOnlySpan<byte> elf)
    {
        var tableOffset = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(elf[0x28..]));
        int entrySize = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3A..]);
        int entryCount = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3C..]);

        var found = new List<(string, int)>();
        for (var i = 0; i < entryCount; i++)
        {
            var section = elf.Slice(tableOffset + (i * entrySize), 64);
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) == SectionTypeVersionNeeds)
            {
                var strings = elf.Slice(
                    tableOffset + (checked((int)BinaryPrimitives.ReadUInt32LittleEndian(section[0x28..])) * entrySize),
                    64
                );
                Walk(elf, Offset(section), Offset(strings), BinaryPrimitives.ReadUInt32LittleEndian(section[0x2C..]), found);
            }
        }

        return found;
    }

    private static int Offset(ReadOnlySpan<byte> section) => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(section[0x18..]));

    private static void Walk(ReadOnlySpan<byte> elf, int needOffset, int stringsOffset, uint needCount, List<(string, int)> found)
    {
        for (uint n = 0; n < needCount; n++)
        {
            // Verneed: version, count, file, aux, next. Vernaux: hash, flags, other, name, next.
            int auxCount = BinaryPrimitives.ReadUInt16LittleEndian(elf[(needOffset + 2)..]);
            var auxOffset = checked(needOffset + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(needOffset + 8)..]));
            for (var a = 0; a < auxCount; a++)
            {
                var name = elf[checked(stringsOffset + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(auxOffset + 8)..]))..];
                found.Add((Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]), auxOffset + 4));
                auxOffset = checked(auxOffset + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(auxOffset + 12)..]));
            }

            needOffset = checked(needOffset + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(needOffset + 12)..]));
        }
    }
}
