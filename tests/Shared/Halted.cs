namespace WsFanout.Testing;

/// <summary>Whether a process that was sent SIGSTOP stands still: the signal is sent at once, but its threads halt one after the other, and the last may still do something.</summary>
public static class Halted
{
    /// <returns>True too where nobody can tell: without /proc.</returns>
    public static bool Is(int process)
    {
        var threads = $"/proc/{process}/task";
        return !Directory.Exists(threads) || Directory.GetDirectories(threads).All(IsStopped);
    }

    private static bool IsStopped(string thread)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(thread, "stat"));
            return stat[stat.LastIndexOf(')') + 2] == 'T';
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return true;
        }
    }
}
