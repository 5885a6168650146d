using System.Text.RegularExpressions;
using WsFanout.Tests.Deploy;

namespace WsFanout.Tests.Architecture;

/// <summary>Who may refer to whom, held against the source: every name of another room counts, by using or in full.</summary>
public sealed partial class RoomTests
{
    private const int LongestFile = 300;

    private static readonly Dictionary<string, string[]> MayReferTo = new()
    {
        ["Messages"] = [],
        ["Telemetry"] = [],
        ["History"] = ["Messages", "Telemetry"],
        ["Governor"] = ["Telemetry"],
        ["Clients"] = ["Messages", "History", "Telemetry"],
        ["Transport"] = ["Messages", "Clients", "Telemetry"],
        ["Fanout"] = ["Messages", "History", "Clients", "Transport", "Governor", "Telemetry"],
        ["Intake"] = ["Messages", "History", "Fanout", "Governor", "Telemetry", "Nats"],
        ["Tools"] = [],
        ["Hosting"] = ["Messages", "Telemetry", "History", "Governor", "Clients", "Transport", "Fanout", "Intake", "Tools", "Planning", "Nats"],
        ["Planning"] = ["Messages", "Telemetry", "History", "Governor", "Clients", "Transport", "Fanout", "Intake", "Hosting", "Tools", "Nats"],
    };

    public static TheoryData<string> Rooms => [.. MayReferTo.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_refers_only_to_rooms_that_it_may(string room)
    {
        var forbidden = SourceFiles(Path.Combine("src", "WsFanout", room))
            .SelectMany(file => Mentioned(file).Where(other => other != room && !MayReferTo[room].Contains(other)).Select(other => $"{Path.GetFileName(file)} refers to {other}"));

        Assert.Empty(forbidden);
    }

    [Fact]
    public void The_broker_s_client_knows_nothing_of_the_server()
    {
        var strangers = SourceFiles(Path.Combine("src", "WsFanout.Nats")).Where(file => Mentioned(file).Any(room => room != "Nats"));

        Assert.Empty(strangers);
    }

    [Fact]
    public void Every_room_is_in_the_table_and_on_the_map()
    {
        var map = RepositoryFiles.ReadText("src/README.md");
        var rooms = Directory.GetDirectories(Path.Combine(RepositoryFiles.Root, "src", "WsFanout"))
            .Select(folder => Path.GetFileName(folder)!)
            .Where(name => name is not ("bin" or "obj"))
            .ToArray();

        Assert.All(rooms, room => Assert.True(MayReferTo.ContainsKey(room), $"{room} is not in the table"));
        Assert.All(rooms, room => Assert.Contains($"`WsFanout/{room}/`", map, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_path_on_the_map_exists()
    {
        var map = RepositoryFiles.ReadText("src/README.md");
        var missing = FileOnMap().Matches(map)
            .Select(match => match.Groups[1].Value)
            .Where(path => !path.StartsWith("docs/", StringComparison.Ordinal) && !File.Exists(Path.Combine(RepositoryFiles.Root, "src", "WsFanout", path)));

        Assert.Empty(missing);
    }

    [Fact]
    public void No_file_is_longer_than_an_idea()
    {
        var tooLong = SourceFiles("src").Where(file => File.ReadLines(file).Count() > LongestFile).Select(Path.GetFileName);

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Every_file_declares_one_type_of_its_own_name()
    {
        var wrong = SourceFiles("src")
            .Where(file => Path.GetFileName(file) != "Program.cs")
            .Select(file => (File: Path.GetFileName(file), Types: TopLevelType().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).ToArray()))
            .Where(one => one.Types.Length != 1 || one.Types[0] != one.File.Split('.')[0])
            .Select(one => $"{one.File}: {string.Join(", ", one.Types)}");

        Assert.Empty(wrong);
    }

    private static IEnumerable<string> SourceFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    /// <summary>Rooms whose namespace stands anywhere but in the file's own declaration.</summary>
    private static IEnumerable<string> Mentioned(string file) => File.ReadLines(file)
        .Where(line => !line.StartsWith("namespace ", StringComparison.Ordinal))
        .SelectMany(line => NamespaceOfRoom().Matches(line))
        .Select(match => match.Groups[1].Value)
        .Distinct();

    // In full, or as C# also finds it from a neighbouring namespace: Fanout.Ring.
    [GeneratedRegex(@"(?:\bWsFanout\.|(?<![.\w])(?=(?:Messages|Telemetry|History|Governor|Clients|Transport|Fanout|Intake|Hosting|Tools|Planning)\.[A-Z]))([A-Z]\w+)")]
    private static partial Regex NamespaceOfRoom();

    [GeneratedRegex("`((?:[A-Z][A-Za-z]+/)+[A-Za-z.]+\\.cs)`")]
    private static partial Regex FileOnMap();

    [GeneratedRegex(@"^(?:public|internal)\s+(?:(?:sealed|static|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|struct|interface|enum|record struct|record|delegate \w+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();
}
