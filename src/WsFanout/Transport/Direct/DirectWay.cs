using System.ComponentModel;

namespace WsFanout.Transport.Direct;

/// <summary>Whether the direct way works here.</summary>
internal static class DirectWay
{
    /// <returns>Why it does not; null when it does.</returns>
    public static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux()) return "this system is not Linux";
        try
        {
            using var poller = new Poller();
            return null;
        }
        catch (Exception refused) when (refused is Win32Exception or DllNotFoundException or EntryPointNotFoundException)
        {
            // A sandbox may forbid epoll or eventfd to a process that may have sockets all the same.
            return refused.Message;
        }
    }
}
