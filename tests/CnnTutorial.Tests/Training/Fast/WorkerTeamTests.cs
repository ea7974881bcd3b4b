using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace CnnTutorial.Tests.Training;

[Collection(TorchRandom.Name)]
public sealed class WorkerTeamTests
{
    [Fact]
    public void Each_part_is_done_once_by_threads_that_compute_alone()
    {
        var threads = get_num_threads();
        using var team = new WorkerTeam();
        for (var round = 0; round < 200; round++)
        {
            var done = new ConcurrentBag<(int Part, int Threads)>();
            team.Run(17, part => done.Add((part, get_num_threads())));
            Assert.Equal(Enumerable.Range(0, 17), done.Select(part => part.Part).Order());
            Assert.All(done, part => Assert.Equal(1, part.Threads));
        }

        Assert.Equal(threads, get_num_threads());
        var later = 0;
        var thread = new Thread(() => later = get_num_threads());
        thread.Start();
        thread.Join();
        Assert.Equal(threads, later);
    }

    [Fact]
    public void What_a_part_throws_comes_out_and_the_team_goes_on()
    {
        using var team = new WorkerTeam();
        Assert.Equal(
            "5",
            Assert
                .Throws<InvalidOperationException>(() =>
                    team.Run(
                        9,
                        part =>
                        {
                            if (part == 5)
                            {
                                throw new InvalidOperationException("5");
                            }
                        }
                    )
                )
                .Message
        );

        var done = 0;
        team.Run(9, _ => Interlocked.Increment(ref done));
        Assert.Equal(9, done);
    }
}
