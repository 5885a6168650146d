using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace WsFanout.Transport;

/// <summary>Makes the listening socket: one, without SO_REUSEPORT, so that a second server on the same address fails to start.</summary>
internal static class ListenSocket
{
    private const int TcpUserTimeout = 18;
    private const int TcpNotSentLowWater = 25;

    /// <exception cref="SocketException">The address is in use or not this machine's.</exception>
    public static Socket Open(EndPoint address, ListenSocketOptions options)
    {
        var socket = Bind(address, options);
        try
        {
            socket.Blocking = false;
            socket.Listen(options.Backlog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket that listens once it is told to, with the kernel's bounds; whose accepted ones have them too.</summary>
    /// <exception cref="SocketException">The address is in use or not this machine's.</exception>
    public static Socket Bind(EndPoint address, ListenSocketOptions options)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        try
        {
            socket.SendBufferSize = ListenSocketOptions.SendBufferBytes;
            socket.NoDelay = true;
            if (!OperatingSystem.IsLinux()) return socket;
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpNotSentLowWater, BitConverter.GetBytes(ListenSocketOptions.UnsentBytes));
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, BitConverter.GetBytes((int)options.UnacknowledgedTimeout.TotalMilliseconds));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
