using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using TorchSharp;
using TorchSharp.PyBridge;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "model.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_come_back_bit_for_bit_with_a_batch_norm_s_buffers()
    {
        var model = WithNorm(1);
        Weights.Save(model, File);
        var other = WithNorm(2);
        Weights.Load(other, File);
        Assert.Equal(Bytes(model), Bytes(other));
    }

    [Fact]
    public void Every_type_of_number_comes_back()
    {
        ScalarType[] types =
        [
            ScalarType.Float64,
            ScalarType.Float32,
            ScalarType.Float16,
            ScalarType.BFloat16,
            ScalarType.Int64,
            ScalarType.Int32,
            ScalarType.Int16,
            ScalarType.Int8,
            ScalarType.Byte,
            ScalarType.Bool,
        ];
        var wanted = types.ToDictionary(type => $"{type}", type => (randn(3, 5) * 50).to(type));
        wanted["empty"] = zeros(0, 4);
        wanted["scalar"] = tensor(3f);
        wanted["turned"] = randn(4, 6).t();
        using var stream = new MemoryStream();
        Safetensors.Write(stream, wanted, withChecksum: true);
        stream.Position = 0;
        var found = Safetensors.Read(stream, wanted);
        Assert.Equal(wanted.Keys.Order(), found.Keys.Order());
        Assert.All(wanted, entry => Assert.Equal(entry.Value.contiguous().bytes.ToArray(), found[entry.Key].bytes.ToArray()));
        Assert.Contains(
            "complex is of type ComplexFloat32, which a safetensors file cannot hold",
            Assert
                .Throws<NotSupportedException>(() =>
                    Safetensors.Write(stream, new Dictionary<string, Tensor> { ["complex"] = zeros(2, ScalarType.ComplexFloat32) }, true)
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void NaN_and_infinity_are_numbers_of_the_format()
    {
        var model = Toy.Model();
        using (no_grad())
        {
            model.get_parameter("conv.bias")!.copy_(tensor(new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f }));
        }

        Weights.Save(model, File);
        var other = Toy.Model(2);
        Weights.Load(other, File);
        Assert.Equal(Bytes(model), Bytes(other));
    }

    [Fact]
    public void The_file_is_laid_out_as_the_format_says()
    {
        Weights.Save(WithNorm(1), File);
        var bytes = System.IO.File.ReadAllBytes(File);
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal((byte)'{', bytes[8]);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        Assert.Equal("pt", header.RootElement.GetProperty("__metadata__").GetProperty("format").GetString());
        var tensors = header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").ToList();
        // As PyTorch names them.
        Assert.Equal(
            [
                "conv.bias",
                "conv.weight",
                "norm.bias",
                "norm.num_batches_tracked",
                "norm.running_mean",
                "norm.running_var",
                "norm.weight",
                "predictions.bias",
                "predictions.weight",
            ],
            tensors.Select(entry => entry.Name).Order(StringComparer.Ordinal)
        );
        var place = 0L;
        foreach (
            var (type, begin, end) in tensors.Select(entry =>
                (
                    entry.Value.GetProperty("dtype").GetString(),
                    entry.Value.GetProperty("data_offsets")[0].GetInt64(),
                    entry.Value.GetProperty("data_offsets")[1].GetInt64()
                )
            )
        )
        {
            Assert.Equal(place, begin);
            Assert.Equal(0, begin % (type == "I64" ? 8 : 4));
            place = end;
        }

        Assert.Equal(bytes.Length, 8 + length + place);
    }

    [Fact]
    public void Another_reader_reads_ours_and_we_read_what_another_writer_wrote()
    {
        // TorchSharp.PyBridge, written by others.
        var model = WithNorm(1);
        Weights.Save(model, File);
        var read = WithNorm(2);
        read.load_safetensors(File);
        Assert.Equal(Bytes(model), Bytes(read));

        var other = Path.Combine(_folder.Path, "other.safetensors");
        model.save_safetensors(other);
        var own = WithNorm(3);
        Weights.Load(own, other);
        Assert.Equal(Bytes(model), Bytes(own));
    }

    [Fact]
    public void A_flipped_bit_in_our_own_file_is_refused_and_harms_nothing()
    {
        Weights.Save(Toy.Model(), File);
        var good = System.IO.File.ReadAllBytes(File);
        var header = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(good);
        var model = Toy.Model(2);
        var before = Bytes(model);
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var bad = (byte[])good.Clone();
            bad[random.Next(header, bad.Length)] ^= (byte)(1 << random.Next(8));
            System.IO.File.WriteAllBytes(File, bad);
            Assert.Contains(
                "its checksum does not fit its content",
                Assert.Throws<InvalidDataException>(() => Weights.Load(model, File)).Message,
                StringComparison.Ordinal
            );
        }

        Assert.Equal(before, Bytes(model));
    }

    /// <summary>Headers that lie, for a network whose tensors are a [4] of float32 and b [2] of int64; 32 bytes follow.</summary>
    private static readonly Dictionary<string, (string Header, string Says)> Hostile = new()
    {
        ["overlapping"] = (Two("[0,16]", "[8,24]"), "'b' begins at byte 8, and the tensor before it ends at 16"),
        ["with a gap"] = (Two("[0,16]", "[20,36]"), "'b' begins at byte 20"),
        ["beyond the end"] = (
            Two("[0,16]", "[16,32]").Replace("[2]", "[3]", StringComparison.Ordinal),
            "'b' reaches from byte 16 to 32, which does not fit its shape"
        ),
        ["not from the beginning"] = (Two("[8,24]", "[24,40]"), "'a' begins at byte 8"),
        ["backwards"] = (Two("[16,0]", "[16,32]"), "'a' reaches from byte 16 to 0"),
        ["a negative place"] = (Two("[-16,0]", "[16,32]"), "'a' has a size or a place that is not a whole number"),
        ["a place that is no integer"] = (Two("[0,1.6e1]", "[16,32]"), "'a' has a size or a place that is not a whole number"),
        ["three places"] = (Two("[0,16,32]", "[16,32]"), "the type, the shape or the place of 'a' is missing"),
        ["a shape whose product overflows"] = (
            Two("[0,16]", "[16,32]").Replace("[4]", "[4611686018427387904,4]", StringComparison.Ordinal),
            "does not fit its shape"
        ),
        ["a size beyond 64 bits"] = (
            Two("[0,16]", "[16,32]").Replace("[4]", "[18446744073709551620]", StringComparison.Ordinal),
            "not a whole number"
        ),
        ["a name twice"] = (
            """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""",
            "its header names 'a' twice"
        ),
        ["a name twice, once escaped"] = (
            """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"\u0061":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""",
            "its header names 'a' twice"
        ),
        ["metadata twice"] = ("""{"__metadata__":{"x":"1","x":"2"}}""", "its header says 'x' twice"),
        ["metadata of numbers"] = ("""{"__metadata__":{"x":1}}""", "a token of the wrong kind"),
        ["a field twice"] = ("""{"a":{"dtype":"F32","dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "the field 'dtype' twice"),
        ["a field of its own"] = (
            """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16],"code":"import os"}}""",
            "has the field 'code' twice, or should not have it"
        ),
        ["no shape"] = ("""{"a":{"dtype":"F32","data_offsets":[0,16]}}""", "the type, the shape or the place of"),
        ["an unknown type"] = (
            Two("[0,16]", "[16,32]").Replace("F32", "F8_E5M2", StringComparison.Ordinal),
            "'a' is of type 'F8_E5M2', which this reader does not know"
        ),
        ["another type of the same size"] = (
            Two("[0,16]", "[16,32]").Replace("F32", "I32", StringComparison.Ordinal),
            "where the model has a [4] Float32, the file has a [4] Int32"
        ),
        ["another shape of the same size"] = (
            Two("[0,16]", "[16,32]").Replace("[4]", "[2,2]", StringComparison.Ordinal),
            "where the model has a [4] Float32, the file has a [2, 2] Float32"
        ),
        ["one too few"] = ("""{"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}}""", "where the model has a [4] Float32"),
        ["one too many"] = (
            """{"evil\u001b[31m":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}}""",
            "it holds 'evil?[31m', which the model does not have"
        ),
        ["a hundred thousand dimensions"] = (
            Two("[0,16]", "[16,32]").Replace("[4]", $"[{string.Join(',', Enumerable.Repeat("1", 100_000))}]", StringComparison.Ordinal),
            "has more than 64 dimensions"
        ),
        ["deep JSON"] = (new string('[', 1_000_000), "its header has, at byte 0, a token of the wrong kind"),
        ["deep JSON in a tensor"] = ($$"""{"a":{"shape":{{new string('[', 1_000_000)}}""", "is not the JSON that it should be"),
        ["text after the header's object"] = (Two("[0,16]", "[16,32]") + "x", "is not the JSON that it should be"),
        ["no JSON"] = ("safetensors", "is not the JSON that it should be"),
        ["nothing"] = ("", "is not the JSON that it should be"),
        ["a string that is no text"] = ("""{"\ud800":{}}""", "is not the JSON that it should be"),
        ["a list"] = ("[1,2]", "a token of the wrong kind"),
    };

    public static TheoryData<string> HostileNames => [.. Hostile.Keys];

    [Theory]
    [MemberData(nameof(HostileNames))]
    public void A_header_that_lies_is_refused_in_one_sentence(string name)
    {
        var (header, says) = Hostile[name];
        AssertRefused(FileOf(header, new byte[32]), says);
    }

    [Fact]
    public void A_header_longer_than_the_file_and_bytes_too_many_or_too_few_are_refused()
    {
        var good = FileOf(Two("[0,16]", "[16,32]"), new byte[32]);
        using (var stream = new MemoryStream(good))
        {
            Assert.Equal(2, Safetensors.Read(stream, Wanted()).Count);
        }

        foreach (var length in (ulong[])[ulong.MaxValue, long.MaxValue, int.MaxValue, 100_000_001, (ulong)good.Length])
        {
            var bad = (byte[])good.Clone();
            BinaryPrimitives.WriteUInt64LittleEndian(bad, length);
            AssertRefused(bad, "its header claims ");
        }

        AssertRefused([.. good, 0], "its tensors take 32 bytes, and 33 follow the header");
        AssertRefused(good[..^1], "its tensors take 32 bytes, and 31 follow the header");
        Assert.All(Enumerable.Range(0, good.Length - 1), count => AssertRefused(good[..count], ""));
    }

    [Fact]
    public void Spoiled_files_are_refused_or_read_as_they_are()
    {
        var fuzz = new SafetensorsFuzz(seed: 1);
        Assert.Empty(fuzz.Run(20_000));
        Assert.True(fuzz.Refused > 15_000, $"{fuzz.Refused} refused");
        Assert.True(fuzz.Accepted > 100, $"{fuzz.Accepted} accepted: what is spoiled must sometimes still be a good file");
        Assert.True(fuzz.MostMemory < 8, $"{fuzz.MostMemory:0.0} bytes of memory for a byte of input");
    }

    private static Dictionary<string, Tensor> Wanted() => new() { ["a"] = zeros(4), ["b"] = zeros(2, ScalarType.Int64) };

    private static string Two(string a, string b) =>
        """{"a":{"dtype":"F32","shape":[4],"data_offsets":A},"b":{"dtype":"I64","shape":[2],"data_offsets":B}}"""
            .Replace("A", a, StringComparison.Ordinal)
            .Replace("B", b, StringComparison.Ordinal);

    private static byte[] FileOf(string header, byte[] data) =>
        Encoding.UTF8.GetBytes(header) is var text ? [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. data] : [];

    private static void AssertRefused(byte[] file, string says)
    {
        using var stream = new MemoryStream(file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(stream, Wanted()));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (8 * file.Length) + 100_000);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 300);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static byte[] Bytes(Module<Tensor, Tensor> model) => Weights.ToBytes(model);

    private static Module<Tensor, Tensor> WithNorm(int seed)
    {
        manual_seed(seed);
        var model = Sequential(
            ("conv", Conv2d(1, 4, kernel_size: 3, padding: 1)),
            ("norm", BatchNorm2d(4)),
            ("relu", ReLU()),
            ("flatten", Flatten()),
            ("predictions", Linear(4 * 64, 4))
        );
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        // In training mode, so that the norm's buffers get numbers of their own.
        model.call(rand(5, 1, 8, 8));
        return model;
    }
}
