using System.Text;
using WsFanout.IntegrationTests.Support;
using static WsFanout.IntegrationTests.Support.ClientFrame;

namespace WsFanout.IntegrationTests.Conformance;

/// <summary>Texts are UTF-8, wherever frames and segments cut them.</summary>
internal static class Group6Utf8
{
    private const string Greek = "κόσμε";
    private const string Mixed = "Hello-µ@ßöäüàá-UTF-8!!";

    private static readonly byte[] Before = Encoding.UTF8.GetBytes(Greek);

    /// <summary>Above U+10FFFF.</summary>
    private static readonly byte[] TooHigh = [0xf4, 0x90, 0x80, 0x80];

    private static readonly byte[] Behind = "edited"u8.ToArray();

    private static readonly (string Name, string Sequences)[] Valid =
    [
        ("6.5 Greek", "ceba e1bdb9 cf83 cebc ceb5"),
        ("6.7 the first of each length", "00 c280 e0a080 f0908080"),
        ("6.9 the last of each length", "7f dfbf efbfbf f48fbfbf"),
        ("6.11 around the surrogates and at the end", "ed9fbf ee8080 efbfbd f48fbfbf"),
        ("6.22 noncharacters", string.Join(' ', Noncharacters)),
        ("6.23 specials", "efbfb9 efbfba efbfbb efbfbc efbfbd efbfbe efbfbf"),
    ];

    private static readonly (string Name, string Sequences)[] Invalid =
    [
        ("6.6 Greek cut short", "ce cebae1 cebae1bd cebae1bdb9cf cebae1bdb9cf83ce cebae1bdb9cf83cebcce"),
        ("6.8 longer than 4 bytes", "f888808080 fc8480808080"),
        ("6.10 the last of each length that is none", "f7bfbfbf fbbfbfbfbf fdbfbfbfbfbf"),
        ("6.11.5 above U+10FFFF", "f4908080"),
        ("6.12 continuation bytes alone", "80 bf 80bf 80bf80 80bf80bf 80bf80bf80 80bf80bf80bf " +
            "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbe"),
        ("6.13 first bytes alone", "c020c120c220c320dd20de20df20 e020e120e220e320ed20ee20ef20 f020f120f220f320f420f520f620f720 f820f920fa20fb20 fc20fd20"),
        ("6.14 without the last byte", "c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf"),
        ("6.15 all of those behind each other", "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"),
        ("6.16 bytes that never occur", "fe ff fefeffff"),
        ("6.17 overlong slashes", "c0af e080af f08080af f8808080af fc80808080af"),
        ("6.18 overlong to the utmost", "c1bf e09fbf f08fbfbf f887bfbfbf fc83bfbfbfbf"),
        ("6.19 overlong zeros", "c080 e08080 f0808080 f880808080 fc8080808080"),
        ("6.20 surrogates", "eda080 edadbf edae80 edafbf edb080 edbe80 edbfbf"),
        ("6.21 surrogates in pairs", "eda080edb080 eda080edbfbf edadbfedb080 edadbfedbfbf edae80edb080 edae80edbfbf edafbfedb080 edafbfedbfbf"),
    ];

    /// <summary>The last two of each of the 17 planes.</summary>
    private static IEnumerable<string> Noncharacters =>
        Enumerable.Range(0, 17).SelectMany(plane => Enumerable.Range((plane << 16) | 0xfffe, 2)).Select(point => Convert.ToHexString(Encoding.UTF8.GetBytes(char.ConvertFromUtf32(point))));

    public static IEnumerable<Vector> Vectors =>
    [
        Vector.Send("6.1.1 an empty text", Text("")).StaysOpen(Reply.Text("")),
        Vector.Send("6.1.2 three empty fragments", Begin(""), More(""), End("")).StaysOpen(Reply.Text("")),
        Vector.Send("6.1.3 three fragments, the middle one not empty", Begin(""), More("middle"), End("")).StaysOpen(Reply.Text("middle")),
        Vector.Send("6.2.1 a text in one frame", Text(Mixed)).StaysOpen(Reply.Text(Mixed)),
        Vector.Send("6.2.2 a text in two fragments between characters", Begin("Hello-µ@ß"), End("öäüàá-UTF-8!!")).StaysOpen(Reply.Text(Mixed)),
        Vector.Send("6.2.3 a text in fragments of one byte", InFragmentsOfOne(Mixed)).StaysOpen(Reply.Text(Mixed)),
        Vector.Send("6.2.4 a Greek text in fragments of one byte, byte by byte", InFragmentsOfOne(Greek)).StaysOpen(Reply.Text(Greek)) with { Chop = Chopping.ByteByByte },
        Vector.Send("a Greek text in fragments of one byte with pings between", [.. InFragmentsOfOne(Greek).SelectMany(frame => new[] { Ping("between"), frame })])
            .StaysOpen([.. Reply.Times(Before.Length, Reply.Pong("between")), Reply.Text(Greek)]),
        Vector.Send("a text of characters of 1 to 4 bytes cut at every place", Text("aµ€😀")).StaysOpen(Reply.Times(16, Reply.Text("aµ€😀"))) with { Chop = Chopping.AtEveryPlace },
        Vector.Send("6.3.1 surrogates in the middle", Text([.. Before, 0xed, 0xa0, 0x80, .. Behind])).Closes(1007),
        Vector.Send("6.3.2 surrogates in the middle, byte by byte", Text([.. Before, 0xed, 0xa0, 0x80, .. Behind])).Closes(1007) with { Chop = Chopping.ByteByByte },
        Vector.Send("6.4.1 a bad middle fragment, frame by frame", Begin(Before), More(TooHigh), End(Behind)).Closes(1007) with { Chop = Chopping.FrameByFrame },
        Vector.Send("6.4.2 a bad character over three fragments, frame by frame", Begin([.. Before, .. TooHigh[..1]]), More(TooHigh[1..2]), End([.. TooHigh[2..], .. Behind])).Closes(1007)
            with { Chop = Chopping.FrameByFrame },
        Vector.Send("6.4.3 a bad character in a segment of its own", Text([.. Before, .. TooHigh, .. Behind])).Closes(1007) with { Chop = frames => Cut(frames[0], TooHigh.Length) },
        Vector.Send("6.4.4 a bad character over two segments", Text([.. Before, .. TooHigh, .. Behind])).Closes(1007) with { Chop = frames => Cut(frames[0], 1) },
        Vector.Send("a bad fragment behind which nothing comes", Begin(Before), More(TooHigh)).Closes(1007),

        // The framework judges a frame when all of it is there.
        Vector.Send("a bad character in a frame of which the rest never comes", Text([.. Before, .. TooHigh]) with { DeclaredLength = 100 }).Closes(1007)
            with { EndsInsideFrame = true, OnlyOn = "direct" },
        Vector.Send("a surrogate over three fragments", Begin([0xed]), More([0xa0]), End([0x80])).Closes(1007),
        Vector.Send("an overlong zero over two fragments", Begin([0xc0]), End([0x80])).Closes(1007),
        Vector.Send("a character that the last, empty fragment leaves unfinished", Begin([0xe2, 0x82]), End([])).Closes(1007)
            .OrOnStream("the framework looks at a text with its bytes, and here the last come too early", null, Reply.Text([0xe2, 0x82])),
        Vector.Send("a character that ends in the next message", Text("good"), Text([0xe2, 0x82]), Text([0xac])).Closes(1007, Reply.Text("good")),
        Vector.Send("bytes that are no text in a binary", Binary([.. TooHigh, 0x80, 0xff])).StaysOpen(Reply.Binary([.. TooHigh, 0x80, 0xff])),
        Vector.Send("bytes that are no text in a binary of two fragments", Binary([0xc0]) with { Flags = 0 }, End([0xff])).StaysOpen(Reply.Binary([0xc0, 0xff])),
        .. Valid.SelectMany(group => Accepted(group.Name, [.. Sequences(group.Sequences)])),
        .. Invalid.SelectMany(group => Sequences(group.Sequences).SelectMany((sequence, index) => Refused($"{group.Name} ({index + 1})", sequence))),
    ];

    private static IEnumerable<Vector> Accepted(string name, byte[][] sequences) =>
    [
        Vector.Send($"{name}, a message each", [.. sequences.Select(Text)]).StaysOpen([.. sequences.Select(Reply.Text)]),
        Vector.Send($"{name}, in one message in fragments of one byte", InFragmentsOfOne([.. sequences.SelectMany(sequence => sequence)]))
            .StaysOpen(Reply.Text([.. sequences.SelectMany(sequence => sequence)])),
    ];

    private static IEnumerable<Vector> Refused(string name, byte[] sequence) =>
    [
        Vector.Send(name, Text(sequence)).Closes(1007),
        Vector.Send($"{name} between letters, in fragments of one byte", InFragmentsOfOne([(byte)'a', .. sequence, (byte)'z'])).Closes(1007),
    ];

    private static IEnumerable<byte[]> Sequences(string text) => text.Split(' ').Select(Convert.FromHexString);

    private static ClientFrame[] InFragmentsOfOne(string text) => InFragmentsOfOne(Encoding.UTF8.GetBytes(text));

    private static ClientFrame[] InFragmentsOfOne(byte[] bytes) =>
        [.. bytes.Select((one, index) => new ClientFrame(index == 0 ? RawFrame.Text : RawFrame.Continuation, [one]) { Flags = index == bytes.Length - 1 ? 8 : 0 })];

    /// <summary>Three writes: up to the bad character, so many bytes of it, the rest.</summary>
    private static IEnumerable<byte[]> Cut(byte[] frame, int bytes)
    {
        var start = frame.Length - TooHigh.Length - Behind.Length;
        return [frame[..start], frame[start..(start + bytes)], frame[(start + bytes)..]];
    }
}
