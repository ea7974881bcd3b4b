using TorchSharp;

namespace CnnTutorial.Tests.Accelerators;

public sealed class AcceleratorChoiceTests
{
    /// <summary>Every combination of driver, CUDA build, platform with a CUDA build, Apple silicon, and trial that passes or
    /// fails.</summary>
    public static TheoryData<bool, bool, bool, bool, bool> Machines()
    {
        var data = new TheoryData<bool, bool, bool, bool, bool>();
        for (var bits = 0; bits < 32; bits++)
        {
            data.Add((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void A_device_is_chosen_only_if_all_it_needs_is_there_and_the_reason_is_never_empty(
        bool driver,
        bool build,
        bool exists,
        bool apple,
        bool works
    )
    {
        var probe = new FakeProbe
        {
            HasNvidiaDriver = driver,
            HasCudaBuild = build,
            CudaBuildExists = exists,
            IsAppleSilicon = apple,
            Failure = works ? null : "out of memory",
        };

        var choice = AcceleratorChoice.Best(probe);

        var expected =
            driver && build && exists && works ? DeviceType.CUDA
            : apple && works ? DeviceType.MPS
            : DeviceType.CPU;
        Assert.Equal(expected, choice.Type);
        Assert.EndsWith(".", choice.Reason, StringComparison.Ordinal);
        Assert.Equal(driver && exists && !build && !apple, choice.Command is not null);
    }

    [Fact]
    public void Without_a_driver_it_says_so() =>
        Assert.Contains("no NVIDIA driver", AcceleratorChoice.Best(new FakeProbe()).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_build_that_could_not_have_CUDA_says_why_and_which_command_mends_it()
    {
        var probe = new FakeProbe { HasNvidiaDriver = true, CudaFallback = "the package source has no TorchSharp-cuda-linux 0.107.0" };
        var choice = AcceleratorChoice.Best(probe);
        Assert.Equal(DeviceType.CPU, choice.Type);
        Assert.Contains(
            "built for the CPU, since the package source has no TorchSharp-cuda-linux 0.107.0.",
            choice.Reason,
            StringComparison.Ordinal
        );
        Assert.Equal("dotnet build lib/CnnTutorial -p:TorchBackend=cuda", choice.Command);
    }

    [Fact]
    public void A_driver_with_the_cpu_build_names_the_command_that_changes_it()
    {
        var choice = AcceleratorChoice.Best(new FakeProbe { HasNvidiaDriver = true });
        Assert.Contains("CPU build", choice.Reason, StringComparison.Ordinal);
        Assert.Equal("dotnet build lib/CnnTutorial -p:TorchBackend=cuda", choice.Command);
    }

    [Fact]
    public void A_device_that_fails_its_trial_is_not_believed_and_its_message_is_shown()
    {
        var choice = AcceleratorChoice.Best(
            new FakeProbe
            {
                HasNvidiaDriver = true,
                HasCudaBuild = true,
                Failure = "CUDA error: no kernel image is available",
            }
        );
        Assert.Equal(DeviceType.CPU, choice.Type);
        Assert.Contains("no kernel image is available", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trial_is_made_only_where_there_is_something_to_try()
    {
        var probe = new FakeProbe { HasNvidiaDriver = true };
        AcceleratorChoice.Best(probe);
        Assert.Empty(probe.Tried);
    }

    [Theory]
    [InlineData(DeviceType.CUDA)]
    [InlineData(DeviceType.MPS)]
    public void Requiring_a_device_that_is_not_there_throws_with_the_reason(DeviceType type)
    {
        var error = Assert.Throws<NotSupportedException>(() => Accelerator.Require(type, new FakeProbe()));
        Assert.Contains($"{type} was asked for and cannot be used", error.Message, StringComparison.Ordinal);
        Assert.Contains("Accelerator.Detect()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Requiring_a_device_that_works_gives_it()
    {
        var accelerator = Accelerator.Require(DeviceType.CPU, new FakeProbe());
        Assert.Equal(DeviceType.CPU, accelerator.Type);
        Assert.Contains("Training runs on: CPU", accelerator.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void This_machine_gets_a_device_that_computes()
    {
        var accelerator = Accelerator.Detect();
        using var two = torch.ones(2, device: accelerator.Device).sum();
        Assert.Equal(2f, two.item<float>());
    }

    private sealed class FakeProbe : IAcceleratorProbe
    {
        public bool HasNvidiaDriver { get; init; }

        public bool HasCudaBuild { get; init; }

        public string? CudaFallback { get; init; }

        public bool CudaBuildExists { get; init; } = true;

        public bool IsAppleSilicon { get; init; }

        public string? Failure { get; init; }

        public List<DeviceType> Tried { get; } = [];

        public string? Try(DeviceType type)
        {
            Tried.Add(type);
            return Failure;
        }

        public string NameOf(DeviceType type) => $"a {type} for tests";
    }
}
