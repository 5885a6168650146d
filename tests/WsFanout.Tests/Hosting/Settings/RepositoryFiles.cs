namespace WsFanout.Tests.Hosting.Settings;

/// <summary>Files of the source tree, found from where the tests run.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "WsFanout.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"no WsFanout.sln above {AppContext.BaseDirectory}");
    }
}
