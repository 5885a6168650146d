using System.Text;

namespace WsFanout.Nats.Tests.Protocol;

/// <summary>What real servers send, as recorded, and what a frame says once it is read.</summary>
internal static class Transcripts
{
    public const string Info = "INFO {\"server_id\":\"NB\",\"server_name\":\"n1\",\"version\":\"2.9.10\",\"proto\":1,\"headers\":true,\"max_payload\":1048576,\"jetstream\":true,\"client_id\":5} \r\n";

    /// <summary>Every kind of frame, odd ones included.</summary>
    public static byte[] All { get; } = Bytes(
        Info,
        "+OK\r\n",
        "PONG\r\n",
        "MSG a.b 7 5\r\nhello\r\n",
        "MSG a.b 7 reply.to 0\r\n\r\n",
        "MSG _INBOX.x.1 4  24\r\n{\"type\":\"io.nats.x.y.z\"}\r\n",
        "HMSG _INBOX.x 16  75 75\r\nNATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 5\r\nNats-Last-Stream: 7\r\n\r\n\r\n",
        "HMSG a.b 7 16 16\r\nNATS/1.0 503\r\n\r\n\r\n",
        "HMSG odin.token.BTC.trade 7 $JS.ACK.S.c.1.9.1.1700000000000000001.0 27 29\r\nNATS/1.0\r\nNumber: abcde\r\n\r\nhi\r\n",
        "msg\ta.b \t 7  3\r\n\r\n\n\r\n",
        "ping\r\n",
        "-ERR 'Permissions Violation for Publish to \"x.y\"'\r\n",
        "INFO {\"server_id\":\"NB\",\"max_payload\":1048576,\"headers\":true,\"ldm\":true,\"connect_urls\":[\"10.0.0.2:4222\"]}\n");

    public static byte[] Bytes(params string[] frames) => Encoding.UTF8.GetBytes(string.Concat(frames));
}
