namespace Notebooks.Tests;

/// <summary>The whole course once, on the bundled sample, as a learner without internet runs it; many tests look at what it left.</summary>
public sealed class BundledCourse : IAsyncLifetime
{
    private string _folder = "";

    internal CourseRun Run { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("cnn-tutorial-course-").FullName;
        Run = await Course.RunAsync(_folder, data: null);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>The tests that share one run of the course.</summary>
[CollectionDefinition(nameof(BundledCourse))]
public sealed class BundledCourseTestGroup : ICollectionFixture<BundledCourse>;
