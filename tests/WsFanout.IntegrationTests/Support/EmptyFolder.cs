namespace WsFanout.IntegrationTests.Support;

/// <summary>A folder of a test's own, gone with it.</summary>
internal sealed class EmptyFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("wsfanout-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
