namespace WsFanout.Tools;

/// <summary>What the commands beside the server tell the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The server refused, does not answer, or ended the matter for good.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong; nothing was tried.</summary>
    public const int BadArguments = 2;
}
