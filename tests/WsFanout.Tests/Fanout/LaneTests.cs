using System.Net;
using System.Net.Sockets;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Tests.Fanout;

/// <summary>Deliveries past the client's record, to a real socket: when they may be, and that the order holds when they may not.</summary>
public sealed class LaneTests
{
    private static readonly Channel Channel = new("a.b");

    [Fact]
    public void What_a_wire_has_taken_whole_opens_the_lane_and_the_next_goes_past_it()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        using var ends = new SocketEnds(wire);
        worker.Subscribe(client, "a.b");
        wire.Room = int.MaxValue;
        var (first, second) = (worker.Message(Channel, 101), worker.Message(Channel, 102));

        worker.Deal(first);
        worker.Deal(second);

        Assert.Equal(first.Bytes, wire.Bytes);
        Assert.Equal(second.Bytes, ends.ReadAll(second.Length));
        Assert.True(client.WasGivenOfLate);
        Assert.Equal(2, worker.Metric("ws_messages_sent_total"));
    }

    [Fact]
    public void An_answer_that_waits_goes_before_the_next_message()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        using var ends = OpenLane(worker, client, wire);
        var (answer, message) = (worker.Message(Channel, 200), worker.Message(Channel, 102));

        client.Queue.AddAnswer(answer);
        worker.Deal(message);

        Assert.Equal([.. answer.Bytes, .. message.Bytes], wire.Bytes);
        Assert.Equal(0, ends.Available);
    }

    [Fact]
    public void A_socket_that_becomes_full_gets_every_byte_in_order()
    {
        using var worker = new WorkerParts();
        var (client, wire) = worker.Join();
        using var ends = OpenLane(worker, client, wire);

        // From here on the wire says "full" when it is asked: whatever the socket has not taken past it must wait.
        wire.Room = 0;
        var sent = new List<byte>();
        for (var sequence = 102; !client.HasWaiting && wire.IsIdle; sequence++)
        {
            Assert.True(sequence < 3_000, "a socket whose other end reads nothing must become full");
            var message = worker.Message(Channel, sequence, payloadBytes: 10_000);
            worker.Deal(message);
            sent.AddRange(message.Bytes);
        }

        // The socket has room again before anybody has noticed: what comes now must wait all the same.
        var taken = new List<byte>(ends.ReadAll(1));
        var behind = worker.Message(Channel, 4_000);
        worker.Deal(behind);
        sent.AddRange(behind.Bytes);
        taken.AddRange(ends.ReadAll());
        for (var room = 0; client.HasWaiting || !wire.IsIdle; room++)
        {
            Assert.True(room < 100, "with room for everything, everything must leave");
            wire.Drain(int.MaxValue);
            worker.Roster.Flush(client);
        }

        Assert.Equal(sent, [.. taken, .. wire.Bytes]);
    }

    [Fact]
    public void More_lanes_than_there_was_room_for_keep_what_is_due()
    {
        var lanes = new Lanes();
        var share = new ClientShare(new ClientOptions(), lanes, 1000);
        var clients = Enumerable.Range(0, 1_000).Select(number => new Client(number, new TestWire(TimeProvider.System), share, 0) { Due = (ulong)number }).ToList();

        Assert.All(clients, client => Assert.Equal((ulong)client.Number, client.Due));
        Assert.All(clients, client => Assert.Same(client, lanes[client.LaneNumber].Client));
        Assert.All(clients, client => Assert.True(lanes[client.LaneNumber].OpenSocket < 0, "a new lane is closed"));
    }

    /// <summary>Subscribes the client to the channel and gives it one message, which opens its lane: the next goes past the wire.</summary>
    private static SocketEnds OpenLane(WorkerParts worker, Client client, TestWire wire)
    {
        var ends = new SocketEnds(wire);
        worker.Subscribe(client, "a.b");
        wire.Room = int.MaxValue;
        worker.Deal(worker.Message(Channel, 101));
        wire.Bytes.Clear();
        return ends;
    }

    /// <summary>A pair of connected sockets with little room; the wire has the one end.</summary>
    private sealed class SocketEnds : IDisposable
    {
        private readonly Socket _near;
        private readonly Socket _far;

        public SocketEnds(TestWire wire)
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            _far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8 * 1024 };
            _far.Connect(listener.LocalEndPoint!);
            _near = listener.Accept();
            _near.SendBufferSize = 8 * 1024;
            _near.Blocking = false;
            wire.Socket = _near;
        }

        public int Available => _far.Available;

        /// <param name="bytes">So many at least, or as many as were sent.</param>
        public byte[] ReadAll(int? bytes = null)
        {
            if (bytes is null) _near.Shutdown(SocketShutdown.Send);
            var all = new List<byte>();
            var buffer = new byte[64 * 1024];
            _far.ReceiveTimeout = 10_000;
            while (all.Count < (bytes ?? int.MaxValue) && _far.Receive(buffer) is var count and > 0) all.AddRange(buffer.AsSpan(0, count));
            return [.. all];
        }

        public void Dispose()
        {
            _near.Dispose();
            _far.Dispose();
        }
    }
}
