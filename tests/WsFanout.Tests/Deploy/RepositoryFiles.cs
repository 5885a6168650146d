namespace WsFanout.Tests.Deploy;

/// <summary>Reads files of the repository that the test was built from, by paths relative to its root.</summary>
internal static class RepositoryFiles
{
    /// <summary>The folder that holds the solution.</summary>
    /// <exception cref="DirectoryNotFoundException">The test runs outside a checkout.</exception>
    public static string Root { get; } = FindRoot();

    /// <exception cref="FileNotFoundException">No such file; the message names its full path.</exception>
    public static string ReadText(string relativePath) =>
        File.ReadAllText(Path.Combine(Root, relativePath)).ReplaceLineEndings("\n");

    public static string[] ReadLines(string relativePath) =>
        ReadText(relativePath).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "WsFanout.sln"))) return folder;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds WsFanout.sln.");
    }
}
