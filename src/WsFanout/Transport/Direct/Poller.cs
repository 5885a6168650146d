using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WsFanout.Transport.Direct;

/// <summary>One worker's <c>epoll</c>: tells which of its sockets have changed, and doubles as its bell.</summary>
/// <remarks>
/// The worker's thread, but for <see cref="Ring"/>. Edges, not levels: what was reported is not reported again before it has changed, so whoever
/// stops in the middle of reading has to remember that.
/// </remarks>
internal sealed unsafe class Poller : IDoorbell
{
    /// <summary>Events taken from the kernel at a time.</summary>
    private const int MostEvents = 256;

    private const ulong Bell = ulong.MaxValue;

    // Packed on x64 only, as the kernel's header has it.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int TokenOffset = EventBytes - 8;

    private readonly int _epoll;
    private readonly int _bell;
    private readonly byte* _events;

    private int _count;
    private int _next;

    /// <exception cref="Win32Exception">The system refuses, for want of descriptors for instance.</exception>
    public Poller()
    {
        _epoll = Check(Libc.EpollCreate());
        _bell = Check(Libc.EventDescriptor());
        _events = (byte*)NativeMemory.Alloc(MostEvents, (nuint)EventBytes);
        if (!TryAdd(_bell, Bell)) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Reports every change of a descriptor from now on, its present state first. Ends when the descriptor is closed.</summary>
    /// <returns>False when the system refuses.</returns>
    public bool TryAdd(int descriptor, ulong token)
    {
        var change = stackalloc byte[EventBytes];
        Unsafe.WriteUnaligned(change, Libc.EpollIn | Libc.EpollOut | Libc.EpollPeerClosed | Libc.EpollEdge);
        Unsafe.WriteUnaligned(change + TokenOffset, token);
        return Libc.EpollControl(_epoll, Libc.EpollAdd, descriptor, change) == 0;
    }

    /// <summary>Looks for changes without waiting, when all that were found before have been taken.</summary>
    public void Look()
    {
        if (_next == _count) Fetch(0);
    }

    public void Wait(TimeSpan longest)
    {
        if (_next == _count) Fetch((int)Math.Ceiling(longest.TotalMilliseconds));
    }

    /// <summary>Takes a change that was found.</summary>
    public bool TryTake(out ulong token, out uint change)
    {
        while (_next < _count)
        {
            var found = _events + (_next++ * EventBytes);
            change = Unsafe.ReadUnaligned<uint>(found);
            token = Unsafe.ReadUnaligned<ulong>(found + TokenOffset);
            if (token != Bell) return true;
        }

        (token, change) = (0, 0);
        return false;
    }

    public void Ring()
    {
        // Each write is an edge of its own, so nobody has to read what was counted up.
        var one = 1UL;
        _ = Libc.Write(_bell, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        _ = Libc.Close(_bell);
        _ = Libc.Close(_epoll);
        NativeMemory.Free(_events);
    }

    private void Fetch(int timeoutMs)
    {
        _next = 0;
        _count = Math.Max(0, Libc.EpollWait(_epoll, _events, MostEvents, timeoutMs));
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());
}
