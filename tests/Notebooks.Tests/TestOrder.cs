// These tests start programs that use every core: side by side they would only wait for each other, and time limits would be met by chance.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
