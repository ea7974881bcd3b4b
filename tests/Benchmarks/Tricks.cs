namespace Benchmarks;

/// <summary>What makes training faster, in the order in which one comes on top of the other.</summary>
internal enum Tricks
{
    None,
    Memory,
    ChannelsLast,
    PoolFirst,
    Adam,
}
