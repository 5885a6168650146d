using System.Runtime.InteropServices;

namespace WsFanout.Transport.Direct;

/// <summary>The calls of Linux that the direct way needs, as the kernel has them. Every one of them returns at once.</summary>
/// <remarks>Numbers are the same on x64 and arm64; the layout of <c>epoll_event</c> is not, see <see cref="Poller"/>.</remarks>
internal static unsafe partial class Libc
{
    public const int Again = 11;
    public const int Interrupted = 4;
    public const int BadDescriptor = 9;
    public const int InvalidArgument = 22;
    public const int NotASocket = 88;
    public const int TooManyOpen = 24;
    public const int TooManyOpenInSystem = 23;
    public const int NoMemory = 12;
    public const int NoBuffers = 105;

    public const uint EpollIn = 0x1;
    public const uint EpollOut = 0x4;
    public const uint EpollError = 0x8;
    public const uint EpollHangUp = 0x10;
    public const uint EpollPeerClosed = 0x2000;
    public const uint EpollEdge = 0x8000_0000;
    public const int EpollAdd = 1;

    public const short PollIn = 0x1;

    public const int ShutWrite = 1;

    private const string Library = "libc";

    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int MessageDontWait = 0x40;
    private const int MessageNoSignal = 0x4000;
    private const ulong UnsentBytes = 0x5411;
    private const int SocketLevel = 1;
    private const int Linger = 13;
    private const int AddressLength = 28;

    public static int EpollCreate() => EpollCreate(CloseOnExec);

    public static int EventDescriptor() => EventDescriptor(0, NonBlocking | CloseOnExec);

    /// <summary>Accepts a connection, without waiting.</summary>
    /// <param name="address">28 bytes for the address of the other end.</param>
    /// <returns>Its descriptor, or -1 with the error set.</returns>
    public static int Accept(int listener, Span<byte> address)
    {
        var length = AddressLength;
        fixed (byte* bytes = address) return Accept(listener, bytes, &length, NonBlocking | CloseOnExec);
    }

    /// <summary>The address of this end, in 28 bytes.</summary>
    public static bool TryGetLocalAddress(int descriptor, Span<byte> address)
    {
        var length = AddressLength;
        fixed (byte* bytes = address) return GetLocalAddress(descriptor, bytes, &length) == 0;
    }

    /// <returns>Bytes taken, or -1 with the error set.</returns>
    public static int Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes) return (int)Send(descriptor, first, (nuint)bytes.Length, MessageDontWait | MessageNoSignal);
    }

    /// <returns>Bytes that came, 0 at the end, or -1 with the error set.</returns>
    public static int Receive(int descriptor, Span<byte> buffer)
    {
        fixed (byte* first = buffer) return (int)Receive(descriptor, first, (nuint)buffer.Length, MessageDontWait);
    }

    /// <summary>Bytes that the other end has not acknowledged yet; -1 when the descriptor can't say.</summary>
    public static int Unacknowledged(int descriptor)
    {
        int bytes;
        return Control(descriptor, UnsentBytes, &bytes) == 0 ? bytes : -1;
    }

    /// <summary>Makes the close that follows cut the connection: what has not been sent is dropped and its memory is free at once.</summary>
    public static void CutOnClose(int descriptor)
    {
        var linger = stackalloc int[] { 1, 0 };
        _ = SetOption(descriptor, SocketLevel, Linger, linger, 2 * sizeof(int));
    }

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int most, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, ulong count, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, void* value, int length);

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "accept4", SetLastError = true)]
    private static partial int Accept(int listener, byte* address, int* length, int flags);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetLocalAddress(int descriptor, byte* address, int* length);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, byte* bytes, nuint count, int flags);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int descriptor, byte* buffer, nuint count, int flags);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, ulong request, int* value);
}
