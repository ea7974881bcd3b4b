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
}
