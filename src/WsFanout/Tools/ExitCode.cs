namespace WsFanout.Tools;

/// <summary>What the commands beside the server tell the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The server refused, does not answer, or ended the matter for good.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong; nothing was tried.</summary>
    public const int BadArguments = 2;

    /// <summary>A fault of the program itself (<c>EX_SOFTWARE</c>).</summary>
    public const int Faulted = 70;

    /// <summary>What was to be printed or written to a file could not be, as on a full disk (<c>EX_IOERR</c>).</summary>
    public const int NotWritten = 74;

    /// <summary>Nobody reads the output any more, as behind <c>| head</c>: what a shell says of a program that a broken pipe ended.</summary>
    public const int NobodyReads = 141;
}
