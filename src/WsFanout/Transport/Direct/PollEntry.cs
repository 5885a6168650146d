using System.Runtime.InteropServices;

namespace WsFanout.Transport.Direct;

/// <summary>What <c>poll</c> is asked about one descriptor, and what it answered.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public int Descriptor;
    public short Asked;
    public short Answered;
}
