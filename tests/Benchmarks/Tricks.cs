namespace Benchmarks;

/// <summary>What makes training faster, in the order in which the benchmark adds them.</summary>
internal enum Tricks
{
    None,
    Memory,
    ChannelsLast,
    PoolFirst,
    Adam,
}
