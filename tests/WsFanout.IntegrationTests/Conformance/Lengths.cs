using static WsFanout.IntegrationTests.Support.ClientFrame;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Headers that lie about a length, or tell it in a form that is not the shortest.</summary>
internal static class Lengths
{
    private const string AnyForm = "the framework takes a length in any form";

    /// <summary>Default of <c>WS_MAX_MESSAGE_BYTES</c>, which holds on <c>/ws</c>.</summary>
    private const int Limit = 16 * 1024;

    private static readonly byte[] OneTooMany = [.. Enumerable.Repeat((byte)' ', Limit + 1)];

    public static IEnumerable<Vector> Vectors =>
    [
        .. NotShortest,
        Vector.Send("a ping whose 5 bytes are told in 16 bits", Ping("Hello") with { LengthBytes = 2 }).Closes(1002).OrOnStream(AnyForm, null, Reply.Pong("Hello")),
        Vector.Send("a ping of 2^31 bytes", Ping("Hello") with { DeclaredLength = 1UL << 31 }).Closes(1002) with { EndsInsideFrame = true },
        Vector.Send("a close of 65535 bytes", Close(1000) with { DeclaredLength = 65535 }).Closes(1002) with { EndsInsideFrame = true },
        Vector.Send("a text of 2^63 bytes", Text("Hello") with { DeclaredLength = 1UL << 63 }).Closes(1002) with { EndsInsideFrame = true },
        Vector.Send("a binary of 2^64-1 bytes", Binary([1]) with { DeclaredLength = ulong.MaxValue }).Closes(1002) with { EndsInsideFrame = true },
        Vector.Send("a last fragment of 2^63 bytes", Begin("Hel"), End("lo") with { DeclaredLength = 1UL << 63 }).Closes(1002) with { EndsInsideFrame = true },
        .. TooLong("2^63-1", long.MaxValue),
        .. TooLong("2^31", 1UL << 31),
        .. TooLong("2^32+5", (1UL << 32) + 5),
        .. TooLong("2^30", 1UL << 30),
        Vector.Send("one byte more than the limit in fragments of one byte", [Begin([32]), .. Enumerable.Repeat(More([32]), Limit)]).Closes(1009) with { Path = "/ws" },
        Vector.Send("a fragment that would pass the limit only together with the one before", Begin(new string(' ', Limit)), End(" ")).Closes(1009) with { Path = "/ws" },
    ];

    private static IEnumerable<Vector> NotShortest => new[] { (0, 2), (125, 2), (0, 8), (125, 8), (126, 8), (65535, 8) }.Select(one =>
    {
        var text = new string('x', one.Item1);
        return Vector.Send($"a text whose {one.Item1} bytes are told in {one.Item2 * 8} bits", Text(text) with { LengthBytes = one.Item2 }).Closes(1002)
            .OrOnStream(AnyForm, null, Reply.Text(text));
    });

    private static IEnumerable<Vector> TooLong(string name, ulong length) =>
    [
        Vector.Send($"a text of {name} bytes of which more than the limit comes", Text(OneTooMany) with { DeclaredLength = length }).Closes(1009)
            with { Path = "/ws", EndsInsideFrame = true },

        // The framework tells of a frame with its payload, not before.
        Vector.Send($"a text of {name} bytes of which nothing comes", Text("") with { DeclaredLength = length }).Closes(1009)
            with { Path = "/ws", EndsInsideFrame = true, OnlyOn = "direct" },
    ];
}
