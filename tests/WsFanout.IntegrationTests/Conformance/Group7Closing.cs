using WsFanout.IntegrationTests.Support;
using static WsFanout.IntegrationTests.Support.ClientFrame;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Close frames: which are good, how they are answered, and that nothing counts behind them.</summary>
internal static class Group7Closing
{
    private const string LaterCodes = "RFC 6455 reserves the range, IANA has given the code a meaning since";

    private const string AnyCodeForAReason = "RFC 6455 wants the connection failed and names a code for messages alone";

    private static readonly string Long = new('x', 256 * 1024);

    private static readonly int[] ValidCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
    private static readonly int[] RegisteredLater = [1012, 1013, 1014];
    private static readonly int[] InvalidCodes = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999];
    private static readonly int[] BeyondAllRanges = [5000, 65535];

    public static IEnumerable<Vector> Vectors =>
    [
        Vector.Send("7.1.1 a text, then close", Text("Hello"), Close(1000)).Closes(1000, Reply.Text("Hello")),
        Vector.Send("7.1.2 close twice", Close(1000), Close(1000)).Closes(1000),
        Vector.Send("7.1.3 close, then a ping", Close(1000), Ping("late")).Closes(1000),
        Vector.Send("7.1.4 close, then a text", Close(1000), Text("late")).Closes(1000),
        Vector.Send("7.1.5 close between two fragments", Begin("frag1"), Close(1000), End("frag2")).Closes(1000),
        Vector.Send("7.1.6 a text of 256 KB, close, a ping", Text(Long), Close(1000), Ping("late")).Closes(1000, Reply.Text(Long)),
        Vector.Send("close, then a frame that breaks every rule", Close(1000), new ClientFrame(15, new byte[200]) { Flags = 7, IsMasked = false }).Closes(1000),
        Vector.Send("close with 3000, then with another code", Close(3000), Close(4000)).Closes(3000),
        Vector.Send("a ping, then close", Ping("before"), Close(1000)).Closes(1000, Reply.Pong("before")),
        Vector.Send("7.3.1 close without a code", Close()).Closes(Outcome.NoCode).Or("an answer may have a code where the question had none", 1000),
        Vector.Send("7.3.2 close with one byte", new ClientFrame(RawFrame.Close, [3])).Closes(1002),
        Vector.Send("7.3.3 close with a code", Close(1000)).Closes(1000),
        Vector.Send("7.3.4 close with a code and a reason", Close(1000, "Hello World!")).Closes(1000),
        Vector.Send("7.3.5 close with 125 bytes", Close(1000, new string('*', 123))).Closes(1000),
        Vector.Send("7.3.6 close with 126 bytes", Close(1000, new string('*', 124))).Closes(1002),
        Vector.Send("close with a code and a reason, byte by byte", Close(1001, "tschüß €")).Closes(1001) with { Chop = Chopping.ByteByByte },
        Vector.Send("close in 2 fragments", Close(1000) with { Flags = 0 }, End("")).Closes(1002),
        Vector.Send("7.5.1 close with a reason that is no UTF-8", Close(1000, Convert.FromHexString("cebae1bdb9cf83cebcceb5eda080656469746564"))).Closes(1007)
            .OrOnStream(AnyCodeForAReason, 1002),
        Vector.Send("close with a reason cut in a character", Close(1000, [0xe2, 0x82])).Closes(1007).OrOnStream(AnyCodeForAReason, 1002),
        .. ValidCodes.Select((code, index) => Vector.Send($"7.7.{index + 1} close with {code}", Close(code)).Closes(code)),
        .. RegisteredLater.Select(code => Vector.Send($"close with {code}", Close(code)).Closes(code).Or(LaterCodes, 1002)),
        .. InvalidCodes.Select((code, index) => Vector.Send($"7.9.{index + 1} close with {code}", Close(code)).Closes(1002)),
        .. BeyondAllRanges.Select((code, index) => Vector.Send($"7.13.{index + 1} close with {code}", Close(code)).Closes(1002)),
    ];
}
