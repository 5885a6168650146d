using WsFanout.IntegrationTests.Support;
using static WsFanout.IntegrationTests.Support.ClientFrame;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Opcodes that mean nothing.</summary>
internal static class Group4Opcodes
{
    public static IEnumerable<Vector> Vectors =>
    [
        Vector.Send("4.1.1 opcode 3", new ClientFrame(3, [])).Closes(1002),
        Vector.Send("4.1.2 opcode 4 with a payload", new ClientFrame(4, "reserved"u8.ToArray())).Closes(1002),
        Vector.Send("4.1.3 a text, opcode 5, a ping", Text("Hello"), new ClientFrame(5, []), Ping("")).Closes(1002, Reply.Text("Hello")),
        Vector.Send("4.1.4 a text, opcode 6 with a payload, a ping", Text("Hello"), new ClientFrame(6, "reserved"u8.ToArray()), Ping("")).Closes(1002, Reply.Text("Hello")),
        Vector.Send("4.1.5 a text, opcode 7 with a payload, a ping, byte by byte", Text("Hello"), new ClientFrame(7, "reserved"u8.ToArray()), Ping("")).Closes(1002, Reply.Text("Hello"))
            with { Chop = Chopping.ByteByByte },
        Vector.Send("4.2.1 opcode 11", new ClientFrame(11, [])).Closes(1002),
        Vector.Send("4.2.2 opcode 12 with a payload", new ClientFrame(12, "reserved"u8.ToArray())).Closes(1002),
        Vector.Send("4.2.3 a text, opcode 13, a ping", Text("Hello"), new ClientFrame(13, []), Ping("")).Closes(1002, Reply.Text("Hello")),
        Vector.Send("4.2.4 a text, opcode 14 with a payload, a ping", Text("Hello"), new ClientFrame(14, "reserved"u8.ToArray()), Ping("")).Closes(1002, Reply.Text("Hello")),
        Vector.Send("4.2.5 a text, opcode 15 with a payload, a ping, byte by byte", Text("Hello"), new ClientFrame(15, "reserved"u8.ToArray()), Ping("")).Closes(1002, Reply.Text("Hello"))
            with { Chop = Chopping.ByteByByte },
        Vector.Send("opcode 3 between two fragments", Begin("Hel"), new ClientFrame(3, []), End("lo")).Closes(1002),
        Vector.Send("opcode 11 between two fragments", Begin("Hel"), new ClientFrame(11, []), End("lo")).Closes(1002),
    ];
}
