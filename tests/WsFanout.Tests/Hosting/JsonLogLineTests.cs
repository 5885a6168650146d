using System.Text.Json.Nodes;
using Serilog;
using Serilog.Core;
using WsFanout.Hosting;

namespace WsFanout.Tests.Hosting;

/// <summary>Whatever is logged, it is one line, and that line is JSON.</summary>
public sealed class JsonLogLineTests
{
    public static TheoryData<object, string> Values => new()
    {
        { "two\r\nlines", "two\r\nlines" },
        { "\u001b[31mred\u001b[0m\u0007\u0000\u007f\u009b", "\u001b[31mred\u001b[0m\u0007\u0000\u007f\u009b" },
        { "\u2028\u2029\u0085", "\u2028\u2029\u0085" },
        { "a \"quoted\" {brace} \\", "a \"quoted\" {brace} \\" },
        { "lone \ud800", "lone \ufffd" },
        { double.NaN, "NaN" },
        { double.PositiveInfinity, "Infinity" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_of_any_kind_stays_one_line_without_a_control_character(object value, string text)
    {
        var line = Log(logger => logger.Information("Said: {What}", value));

        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line[..^1], character => char.IsControl(character) || character is '\u2028' or '\u2029');
        var read = JsonNode.Parse(line)!;
        Assert.Equal(text, read["What"]!.GetValue<string>());
        Assert.Contains(text, read["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_and_flags_stay_what_they_are()
    {
        var read = JsonNode.Parse(Log(logger => logger.Warning("{Int} {Long} {Double} {Flag} {Nothing}", 1, long.MaxValue, 1.5, true, null)))!;

        Assert.Equal((1, long.MaxValue, 1.5, true), (read["Int"]!.GetValue<int>(), read["Long"]!.GetValue<long>(), read["Double"]!.GetValue<double>(), read["Flag"]!.GetValue<bool>()));
        Assert.Null(read["Nothing"]);
        Assert.Equal("warning", read["level"]!.GetValue<string>());
        Assert.True(DateTime.TryParse(read["time"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture, out _));
    }

    [Fact]
    public void An_exception_with_its_stack_is_one_line_too()
    {
        var line = Log(logger => logger.Error(new InvalidOperationException("first\nsecond"), "It failed."));

        Assert.Single(line.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("first\nsecond", JsonNode.Parse(line)!["exception"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static string Log(Action<ILogger> log)
    {
        using var output = new StringWriter();
        using (var logger = new LoggerConfiguration().WriteTo.Sink(new Into(output)).CreateLogger()) log(logger);
        return output.ToString();
    }

    private sealed class Into(TextWriter output) : ILogEventSink
    {
        public void Emit(Serilog.Events.LogEvent logEvent) => new JsonLogLine().Format(logEvent, output);
    }
}
