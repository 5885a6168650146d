using System.Buffers;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace WsFanout.Transport.Direct;

/// <summary>What an accepted connection needs to become one of the HTTP server's, once it has said something.</summary>
/// <param name="Listener">Where the HTTP server waits for connections.</param>
/// <param name="Pool">Of the pipes.</param>
/// <param name="Remote">The other end.</param>
/// <param name="Note">Of its place.</param>
/// <param name="Dress">Adds the note to the connection's features.</param>
internal sealed record Introduction(ChannelWriter<ConnectionContext> Listener, MemoryPool<byte> Pool, IPEndPoint Remote, object? Note, Action<object?, IFeatureCollection> Dress);
