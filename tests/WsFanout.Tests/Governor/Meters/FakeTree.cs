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

    /// <summary>Puts this process there as number 7 with the ancestors 3 (a shell) and 1 (init).</summary>
    public FakeTree WithSelf() =>
        With("/proc/self/stat", "7 (wsfanout (main)) S 3 7 7 0").WithProcess(7, parent: 3).WithProcess(3, parent: 1).WithProcess(1, parent: 0);

    public FakeTree WithProcess(int process, int parent) => With($"/proc/{process}/stat", $"{process} (a b) c) S {parent} 1 1 0");

    /// <summary>A cgroup of version 2 that is not the machine.</summary>
    public FakeTree WithCpu(string directory, string quota, string processes) =>
        With($"{directory}/cgroup.type", "domain\n").With($"{directory}/cpu.max", quota + "\n").With($"{directory}/cgroup.procs", processes)
            .With($"{directory}/cpu.stat", "usage_usec 1000000\nuser_usec 1\nsystem_usec 2\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n");

    public FakeTree Without(string path)
    {
        File.Delete(Path.Combine(Root, path.TrimStart('/')));
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
