using System.Diagnostics.CodeAnalysis;

namespace WsFanout.Testing;

/// <summary>Where the executable of <c>nats-server</c> lies on this machine.</summary>
internal static class NatsServerBinary
{
    /// <summary>Every server the tests should be run against: <c>NATS_SERVERS</c> (colon-separated), else the one of <see cref="Find"/>.</summary>
    public static IReadOnlyList<string> FindAll()
    {
        var several = Variable("NATS_SERVERS")?.Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (several is null or { Length: 0 })
        {
            return [Find()];
        }

        foreach (var path in several)
        {
            Require(path, "NATS_SERVERS");
        }

        return several;
    }

    /// <exception cref="InvalidOperationException">There is none; the message says where it was looked for.</exception>
    public static string Find()
    {
        if (Variable("NATS_SERVER") is { Length: > 0 } named)
        {
            return Require(named, "NATS_SERVER");
        }

        var folders = (Variable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Append("/usr/sbin").Append("/usr/local/bin");
        return folders.Select(folder => Path.Combine(folder, "nats-server")).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                "No nats-server found: not in NATS_SERVER, PATH, /usr/sbin or /usr/local/bin. Install it (Debian: apt-get install nats-server) or name it in NATS_SERVER.");
    }

    private static string Require(string path, string variable) =>
        File.Exists(path) ? path : throw new InvalidOperationException($"{variable} names '{path}', and there is no such file.");

    [SuppressMessage("ApiDesign", "RS0030", Justification = "The ban guards the server's settings; a test has no Settings to ask.")]
    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}
