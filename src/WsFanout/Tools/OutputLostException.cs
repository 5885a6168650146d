namespace WsFanout.Tools;

/// <summary>Standard output does not take what a command prints; <see cref="ToolCommands"/> ends the command.</summary>
internal sealed class OutputLostException(Exception cause) : IOException(cause.Message, cause)
{
    /// <summary>errno 32, of Linux and macOS.</summary>
    private const int BrokenPipe = 32;

    /// <summary>Whether it is a pipe whose reader has left, and no fault of the output.</summary>
    public bool NobodyReads { get; } = cause.HResult == BrokenPipe;
}
