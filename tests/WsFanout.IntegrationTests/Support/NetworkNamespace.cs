using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace WsFanout.IntegrationTests.Support;

/// <summary>
/// A network of a test's own, for a server that runs in it: clients of this process reach it by a cable, and a range of their addresses can fall
/// silent, so that not even the end of a connection gets through. Gone with the test.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const int FirstSilent = 64;
    private const int MostSilent = 62;

    private static readonly Lazy<string?> Obstacle = new(Try);
    private static int _serial;

    private readonly string _name;
    private readonly string _net;
    private readonly Stack<string> _undo = new();

    private int _built;

    private NetworkNamespace()
    {
        // The range is nobody's: RFC 2544 has it for tests.
        var serial = Interlocked.Increment(ref _serial);
        var number = ((Environment.ProcessId * 8) + serial) % 250;
        _name = $"wsf{Environment.ProcessId}x{serial}";
        _net = string.Create(CultureInfo.InvariantCulture, $"198.18.{number}");
    }

    /// <summary>Why none can be made here; null where one can.</summary>
    public static string? WhyNot => Obstacle.Value;

    /// <summary>Words to put before a command line so that it runs in here.</summary>
    public string[] Entrance => ["ip", "netns", "exec", _name];

    /// <summary>Where a server in here listens.</summary>
    public string ServerAddress => $"{_net}.2";

    private string Silent => $"{_net}.{FirstSilent}/26";

    public static NetworkNamespace Create()
    {
        var made = new NetworkNamespace();
        try
        {
            made.Build();
            made._built = made._undo.Count;
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>An address of this end that <see cref="Silence"/> takes away.</summary>
    public IPAddress SilentAddress(int number) => number < MostSilent
        ? IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"{_net}.{FirstSilent + 1 + number}"))
        : throw new ArgumentOutOfRangeException(nameof(number));

    /// <summary>From now on nothing that the server sends to the range arrives, and it is told of nothing.</summary>
    public void Silence() => Run($"-n {_name} route add blackhole {Silent}");

    /// <summary>From now on nothing that the server sends arrives here, not even a word that what was sent to it has, and nobody is told.</summary>
    public void Swallow() => Do($"-n {_name} route add blackhole {_net}.1/32", $"-n {_name} route del blackhole {_net}.1/32");

    /// <summary>From now on whoever sends or calls from here is told that there is no way.</summary>
    public void Refuse() => Do($"route add unreachable {ServerAddress}/32", $"route del unreachable {ServerAddress}/32");

    /// <summary>Pulls the cable.</summary>
    public void Unplug() => Do($"link set {_name}a down", $"link set {_name}a up");

    /// <summary>Undoes all of that.</summary>
    public void Heal()
    {
        while (_undo.Count > _built) Run(_undo.Pop());
    }

    public void Dispose()
    {
        while (_undo.TryPop(out var step)) Run(step);
    }

    private void Build()
    {
        Do($"netns add {_name}", $"netns del {_name}");
        Do($"link add {_name}a type veth peer name {_name}b netns {_name}", $"link del {_name}a");
        Run($"addr add {_net}.1/24 dev {_name}a");
        Run($"link set {_name}a up");
        Run($"-n {_name} addr add {ServerAddress}/24 dev {_name}b");
        Run($"-n {_name} link set {_name}b up");
        Run($"-n {_name} link set lo up");
        Do($"route add local {Silent} dev lo", $"route del local {Silent} dev lo");
    }

    private void Do(string step, string undo)
    {
        Run(step);
        _undo.Push(undo);
    }

    private static void Run(string arguments)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var said = ip.StandardError.ReadToEnd();
        ip.WaitForExit();
        if (ip.ExitCode != 0) throw new InvalidOperationException($"ip {arguments}: {said.Trim()}");
    }

    private static string? Try()
    {
        if (FactWithAttribute.WhyNot("ip", "iproute2") is { } missing) return missing;
        try
        {
            using var made = Create();
            made.Silence();
            return null;
        }
        catch (InvalidOperationException refused)
        {
            return $"no network namespace can be made here (needs root): {refused.Message}";
        }
    }
}
