namespace WsFanout.IntegrationTests.Support;

/// <summary>Lines of a log that somebody would have to look into.</summary>
internal static class Alarms
{
    /// <summary>What no client may bring about: printed whole by the test that fails.</summary>
    public static void AssertNone(TestServer server)
    {
        string[] levels = ["Warning", "Error", "Critical"];
        var lines = server.Log.Where(line => levels.Any(level => line.StartsWith(level, StringComparison.Ordinal))).ToList();
        Assert.True(lines.Count == 0, $"{lines.Count} lines, the first: {lines.FirstOrDefault()}");
    }
}
