using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings.Catalogue;

/// <summary>Where the process listens, how it logs, how long it takes to leave.</summary>
internal static class HostSettings
{
    public static readonly Setting<ListenAddress> Address = new(
        "WS_ADDR", new AddressGrammar(), new ListenAddress("", 3002), "Listener for clients; port 0 lets the system choose.");

    public static readonly Setting<ListenAddress> AdminAddress = new(
        "WS_ADMIN_ADDR", new AddressGrammar(), AddressGrammar.None,
        "Listener for everything but `/ws` and the page, which then answer 404 on `WS_ADDR`. Empty: the same listener.")
    {
        TakesEmpty = true,
    };

    public static readonly Setting<bool> Console = new(
        "WS_CONSOLE", new BooleanGrammar(), true, "Serve the console at `/`. Without it `/` and its files answer 404; `/client.js`, which other pages import, stays.");

    public static readonly Setting<TimeSpan> HandshakeTimeout = new(
        "WS_HANDSHAKE_TIMEOUT", new DurationGrammar(100, 300_000), TimeSpan.FromSeconds(5), "Time a new connection has for its first byte, and each request from there for its head.");

    public static readonly Setting<TimeSpan> DrainTimeout = new(
        "WS_DRAIN_TIMEOUT", new DurationGrammar(1_000, 3_600_000), TimeSpan.FromSeconds(8), "Time from SIGTERM to the end of the process; below Docker's 10 s.");

    public static readonly Setting<string> Transport = new(
        "WS_TRANSPORT", new ChoiceGrammar<string>(("auto", "auto"), ("direct", "direct"), ("stream", "stream")), "auto",
        "The way of clients to the wire: `direct`, the server's own sockets (Linux), or `stream`, the framework's. `auto`: `direct` where it works.");

    public static readonly Setting<LogLevel> LogLevel = new(
        "LOG_LEVEL",
        new ChoiceGrammar<LogLevel>(
            ("trace", Microsoft.Extensions.Logging.LogLevel.Trace),
            ("debug", Microsoft.Extensions.Logging.LogLevel.Debug),
            ("info", Microsoft.Extensions.Logging.LogLevel.Information),
            ("warn", Microsoft.Extensions.Logging.LogLevel.Warning),
            ("error", Microsoft.Extensions.Logging.LogLevel.Error))
        {
            Aliases = new Dictionary<string, LogLevel>
            {
                ["information"] = Microsoft.Extensions.Logging.LogLevel.Information,
                ["warning"] = Microsoft.Extensions.Logging.LogLevel.Warning,
                ["fatal"] = Microsoft.Extensions.Logging.LogLevel.Critical,
            },
        },
        Microsoft.Extensions.Logging.LogLevel.Information, "Least severe log line that is written.");

    public static readonly Setting<bool> LogJson = new(
        "LOG_FORMAT", new ChoiceGrammar<bool>(("json", true), ("text", false)) { Aliases = new Dictionary<string, bool> { ["pretty"] = false } }, true,
        "One JSON object a line, or text for people.");

    public static IReadOnlyList<Setting> All { get; } = [Address, AdminAddress, Console, HandshakeTimeout, DrainTimeout, Transport, LogLevel, LogJson];
}
