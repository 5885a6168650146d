using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace WsFanout.Hosting;

/// <summary>The process's log: standard output, one JSON object a line or text for people.</summary>
internal static class Logs
{
    private const string Text = "{Timestamp:HH:mm:ss.fff} {Level:u4} {Message:lj}{NewLine}{Exception}";

    /// <summary>A factory that is disposed at the very end, which writes out what is left.</summary>
    public static ILoggerFactory Create(HostOptions options)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(LevelConvert.ToSerilogLevel(options.LogLevel))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)

            // It tells with a stack what it throws too, and what is thrown is told plainly by whoever catches it.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal);
        configuration = options.LogJson
            ? configuration.WriteTo.Console(new JsonLogLine())
            : configuration.WriteTo.Console(outputTemplate: Text, formatProvider: System.Globalization.CultureInfo.InvariantCulture);
        return new SerilogLoggerFactory(configuration.CreateLogger(), dispose: true);
    }
}
