namespace WsFanout.Tests.Governor.Meters;

/// <summary>A directory that stands for <c>/</c>, gone with the test.</summary>
internal sealed class FakeTree : IDisposable
{
    public FakeTree() => Root = Directory.CreateTempSubdirectory("wsfanout-tree-").FullName;

    public string Root { get; }

    public FakeTree With(string path, string content)
    {
        var file = Path.Combine(Root, path.TrimStart('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(file) ?? Root);
        File.WriteAllText(file, content);
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
