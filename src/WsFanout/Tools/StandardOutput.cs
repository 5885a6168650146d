using System.Text;
using Microsoft.Win32.SafeHandles;

namespace WsFanout.Tools;

/// <summary>Where the tools write.</summary>
internal static class StandardOutput
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Standard output. Unlike <see cref="Console.Out"/> it throws an <see cref="OutputLostException"/> when it is a pipe that nobody reads any more, or a file that takes no more, so that a tool can end.</summary>
    public static TextWriter Open()
    {
        if (!Console.IsOutputRedirected || OperatingSystem.IsWindows()) return Console.Out;

        using var probe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        // A file keeps its place by descriptor, which only the console's own stream moves along.
        var stream = probe.CanSeek ? Console.OpenStandardOutput() : new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return new StreamWriter(new OutputStream(stream), Utf8) { AutoFlush = true };
    }
}
