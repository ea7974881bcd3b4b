namespace CnnTutorial.Tests.Training;

/// <summary>Tests that seed TorchSharp's random numbers, of which a process has one generator: they must not run side by side.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchRandom
{
    public const string Name = "TorchSharp's random numbers";
}
