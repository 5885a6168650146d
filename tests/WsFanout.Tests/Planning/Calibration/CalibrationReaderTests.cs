using System.Text;
using System.Text.Json.Nodes;
using WsFanout.Planning.Calibration;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Planning.Calibration;

public sealed class CalibrationReaderTests
{
    private const string Example = """
        {
          "format": "wsfanout-calibration/1",
          "measuredAt": "2026-11-30T12:00:00Z",
          "measuredBy": "MODE=knee node loadtest/sustained-load-test.cjs",
          "server": "0.6.0",
          "machine": "2 cores, Linux 6.1.0, server held to 0.5 CPU",
          "transport": "direct",
          "link": "loopback",
          "payloadBytes": 400,
          "costs": {
            "secondsPerDelivery": 7.5e-6,
            "secondsPerMessage": 0.0003,
            "secondsPerHandshake": 0.0002,
            "secondsPerTlsHandshake": 0.001,
            "secondsPerRefusal": 0.00016,
            "idleCores": 0.008,
            "secondsPerIdleClientSecond": 0,
            "bytesPerClient": 49152,
            "bytesPerTlsClient": 81920,
            "kernelBytesPerSocket": 4096,
            "fixedBytes": 134217728
          },
          "takenOver": ["secondsPerTlsHandshake"],
          "note": "free text",
          "points": [{ "clients": 5000, "passed": true, "boundBy": null }],
          "knee": { "clients": 6750, "messagesPerSecond": 20, "deliveriesPerSecond": 13500, "boundBy": "cpu", "cpuLimitCores": 0.5 },
          "tomorrow": "a field of a later version"
        }
        """;

    public static TheoryData<string> Costs => [.. CostField.All.Select(cost => cost.Name)];

    [Fact]
    public void Every_field_arrives()
    {
        var file = Read(Example);

        Assert.Equal((7.5e-6, 0.0003, 0.0002, 0.001, 0.00016), (file.Costs.SecondsPerDelivery, file.Costs.SecondsPerMessage, file.Costs.SecondsPerHandshake, file.Costs.SecondsPerTlsHandshake, file.Costs.SecondsPerRefusal));
        Assert.Equal((0.008, 0, 49_152, 81_920, 4096, 134_217_728), (file.Costs.IdleCores, file.Costs.SecondsPerIdleClientSecond, file.Costs.BytesPerClient, file.Costs.BytesPerTlsClient, file.Costs.KernelBytesPerSocket, file.Costs.FixedBytes));
        Assert.Equal(("direct", "loopback", 400, "0.6.0", "free text"), (file.Transport, file.Link, file.PayloadBytes, file.Server, file.Note));
        Assert.Equal(["secondsPerTlsHandshake"], file.TakenOver);
        Assert.Equal(new Knee(6750, 20, 13_500, "cpu", 0.5), file.Knee);
        Assert.Equal("measured 2026-11-30 of server 0.6.0 on 2 cores, Linux 6.1.0, server held to 0.5 CPU, direct way, loopback", file.Origin);
    }

    [Fact]
    public void What_may_be_absent_may_be_absent()
    {
        var file = Read(Changed(root =>
        {
            foreach (var name in (string[])["takenOver", "note", "points", "knee"]) root.Remove(name);
        }));

        Assert.Empty(file.TakenOver);
        Assert.Null(file.Knee);
    }

    [Theory]
    [MemberData(nameof(Costs))]
    public void A_cost_that_is_missing_negative_absurd_or_no_number_is_named_with_what_is_allowed(string name)
    {
        var field = CostField.All.Single(one => one.Name == name);
        JsonNode?[] wrong = [-1, field.Most * 2, "much", null];

        Assert.StartsWith($"costs.{name} is missing; it must be a number from ", Problem(Changed(root => root["costs"]!.AsObject().Remove(name))), StringComparison.Ordinal);
        Assert.All(wrong, value =>
        {
            var problem = Problem(Changed(root => root["costs"]![name] = value?.DeepClone()));

            Assert.StartsWith($"costs.{name} is {value?.ToJsonString() ?? "null"}; it must be a number from ", problem, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("format", "\"wsfanout-calibration/2\"", "format is \"wsfanout-calibration/2\"; it must be wsfanout-calibration/1")]
    [InlineData("transport", "\"carrier pigeon\"", "transport is \"carrier pigeon\"; it must be direct or stream")]
    [InlineData("link", "1", "link is 1; it must be a text")]
    [InlineData("measuredAt", "\"yesterday\"", "measuredAt is \"yesterday\"; it must be a time like 2026-11-30T12:00:00Z")]
    [InlineData("payloadBytes", "0", "payloadBytes is 0; it must be a whole number from 1 to 67108864")]
    [InlineData("payloadBytes", "400.7", "payloadBytes is 400.7; it must be a whole number from 1 to 67108864")]
    [InlineData("machine", "\"a\\u001b[31m\"", "machine is \"a\\u001B[31m\"; it must be a text of one line without control characters")]
    [InlineData("server", "\"a\\nb\"", "server is \"a\\nb\"; it must be a text of one line without control characters")]
    [InlineData("costs", "[]", "costs is []; it must be an object")]
    [InlineData("takenOver", "[\"sugar\"]", "takenOver is \"sugar\"; it must be a list of names of costs")]
    [InlineData("knee", "{}", "knee.clients is missing; it must be a number from 0 to 10000000")]
    public void Another_field_that_is_wrong_is_named_too(string name, string value, string expected) =>
        Assert.Equal(expected, Problem(Changed(root => root[name] = JsonNode.Parse(value))));

    [Theory]
    [InlineData("", "is no JSON (line 1)")]
    [InlineData("{\n\"format\": ", "is no JSON (line 2)")]
    [InlineData("[]", "is no JSON object")]
    [InlineData("{}", "format is missing; it must be a text")]
    public void What_is_no_calibration_at_all_is_refused(string text, string expected) => Assert.Equal(expected, Problem(text));

    [Fact]
    public void A_cost_that_is_given_twice_is_named() =>
        Assert.Equal("costs.idleCores is given twice", Problem(Example.Replace("\"idleCores\": 0.008,", "\"idleCores\": 0.008, \"idleCores\": 0.9,", StringComparison.Ordinal)));

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_file()
    {
        byte[] marked = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Example)];

        Assert.NotNull(CalibrationReader.Parse(marked, "a file", out _));
    }

    [Fact]
    public void A_settings_error_names_the_file_and_the_field()
    {
        using var file = new TemporaryFile(Changed(root => root["costs"]!["secondsPerDelivery"] = 0));

        var error = Assert.Single(Reading.Of(("WS_CALIBRATION", file.Path)).Errors);

        Assert.Equal($"WS_CALIBRATION=\"{file.Path}\": costs.secondsPerDelivery is 0; it must be a number from 1E-08 to 0.1", error);
    }

    [Fact]
    public void A_path_that_cannot_be_read_is_a_problem_and_no_exception()
    {
        Assert.Null(CalibrationReader.Read(Path.GetTempPath(), out var problem));

        Assert.StartsWith("cannot be read", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_files_in_the_program_are_good_and_say_where_they_come_from() => Assert.All((CalibrationFile[])[CalibrationFile.Shipped, CalibrationFile.OfThePlan], file =>
    {
        Assert.NotEmpty(file.MeasuredBy);
        Assert.NotEmpty(file.Machine);
        Assert.NotNull(file.Note);
    });

    private static string Changed(Action<JsonObject> change)
    {
        var root = JsonNode.Parse(Example)!.AsObject();
        change(root);
        return root.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private static CalibrationFile Read(string text)
    {
        var file = CalibrationReader.Parse(Encoding.UTF8.GetBytes(text), "a file", out var problem);
        Assert.Null(problem);
        return Assert.IsType<CalibrationFile>(file);
    }

    private static string Problem(string text)
    {
        Assert.Null(CalibrationReader.Parse(Encoding.UTF8.GetBytes(text), "a file", out var problem));
        return Assert.IsType<string>(problem);
    }
}
