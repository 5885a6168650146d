using System.Globalization;
using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>The formulas of automatic values, each with the sentence that explains its outcome.</summary>
internal static class CapacityFormulas
{
    /// <summary>Descriptors kept for the process itself and for connections that are no clients: probes, scrapes, publishers, who is being refused.</summary>
    public const int DescriptorReserve = 256;

    /// <summary>Descriptors of the process itself, among the reserve: 150 to 175 were counted (two for each assembly, pipes, the broker), and some to spare.</summary>
    private const int OwnDescriptors = 208;

    /// <summary>Most connections beside clients: more than probes, scrapes, publishers and a crowd that is being refused need, little enough for the memory.</summary>
    private const int MostOtherConnections = 1024;

    /// <summary>Units of concurrency that do not depend on load: meters, timers, the broker, the listeners.</summary>
    public const int FixedTasks = 20;

    private const double CoresLeftToSystem = 0.1;
    private const long MemoryLeftToSystem = 256L << 20;
    private const double MessagesPerClientSecond = 2;

    /// <summary>Seconds of one core a delivery costs. Servers that send from one task per client without a queue between reach 76,000 deliveries a CPU-second, which is 13 µs; this is rounded up.</summary>
    private const double SecondsPerDelivery = 15e-6;

    /// <summary>Seconds of one core from a client's connect to its leaving: 160 to 210 µs, see loadtest/README.md, "What a handshake costs".</summary>
    private const double SecondsPerHandshake = 200e-6;

    /// <summary>Seconds of one core from the connect to the end of a client that is refused: 85 to 115 µs in one go, 135 to 280 µs at the pace of this budget, measured there too.</summary>
    private const double SecondsPerRefusal = 160e-6;

    /// <summary>The same with TLS: 750 to 760 µs were measured with an EC certificate, an RSA key of 2048 bits takes 200 more. A refusal comes behind the same handshake.</summary>
    private const double SecondsPerTlsHandshake = 1e-3;

    /// <summary>Of the memory, for held messages: a quarter of the heap, which has 60 %. A message takes more than it counts for, and the ring, the queues and the clients need the rest.</summary>
    private const double HistoryMemoryShare = 0.15;

    private const double ConnectShare = 0.25;
    private const double RefusalShare = 0.1;
    private const long SmallestBurst = 10;

    private const long FixedMemory = 128L << 20;
    private const long MemoryPerClient = 48L << 10;

    /// <summary>With TLS an idle client alone was measured to take 45 KB.</summary>
    private const long MemoryPerTlsClient = 80L << 10;

    private const int RoundedTo = 10;
    private const long MostConnections = 1_000_000;
    private const int FewestWorkers = 32;
    private const int ClientsPerWorker = 40;
    private const int MessagesPerWorker = 100;

    /// <summary>Connections of any kind that may be open at once, publishers with an address of their own left out.</summary>
    public static long OpenConnections(long clients, long publishers, MachineFacts machine) =>
        clients + Math.Clamp(LeftBeside(clients, machine) - publishers, 1, MostOtherConnections);

    /// <summary>Connections of publishers with an address of their own: one for each message that may wait, and at most half of what clients leave.</summary>
    public static long PublishConnections(long clients, long maxPending, MachineFacts machine) => Math.Min(maxPending, LeftBeside(clients, machine) / 2);

    private static long LeftBeside(long clients, MachineFacts machine) => Math.Max(machine.DescriptorLimit - OwnDescriptors - clients, DescriptorReserve - OwnDescriptors);

    public static Derived<double> CpuLimit(MachineFacts machine)
    {
        if (machine.Container.CpuCores is { } quota)
        {
            var cores = Math.Min(quota, machine.Cores);
            return new(cores, Text($"quota of {NumberGrammar.Text(quota)} cores in {machine.Container.CpuSource}, {machine.Cores} cores"));
        }

        return new(machine.Cores * (1 - CoresLeftToSystem), Text($"{machine.Cores} cores × 0.9, no quota"));
    }

    public static Derived<long> MemoryLimit(MachineFacts machine)
    {
        if (machine.Container.MemoryBytes is { } limit && limit < machine.PhysicalMemoryBytes)
        {
            return new(limit, Text($"limit of {Megabytes(limit)} in {machine.Container.MemorySource}"));
        }

        return new(
            Math.Max(0, machine.PhysicalMemoryBytes - MemoryLeftToSystem),
            Text($"{Megabytes(machine.PhysicalMemoryBytes)} physical − {Megabytes(MemoryLeftToSystem)}, no limit"));
    }

    /// <summary>Bytes of held messages that leave room for all the rest of the heap.</summary>
    public static Derived<long> HistoryShare(long memoryLimitBytes) =>
        new((long)(memoryLimitBytes * HistoryMemoryShare) >> 10 << 10, Text($"15 % of {Megabytes(memoryLimitBytes)}, a quarter of the heap"));

    /// <summary>Bytes of a burst that may wait beyond the send queues' bounds.</summary>
    public static Derived<long> BurstShare(long historyBytes) => new(historyBytes / 2, Text($"half of the history's {SizeGrammar.Text(historyBytes)}"));

    /// <summary>What the tightest of CPU, memory and descriptors allows, rounded down. May be 0.</summary>
    /// <param name="cpuCores">Cores this server may use.</param>
    /// <param name="rejectPercent">Part of them at which newcomers are refused.</param>
    /// <param name="memoryBytes">Memory this server may use.</param>
    /// <param name="descriptorLimit">Most descriptors of the process.</param>
    /// <param name="isTls">Whether clients come by TLS.</param>
    public static Derived<long> MaxConnections(double cpuCores, double rejectPercent, long memoryBytes, long descriptorLimit, bool isTls)
    {
        var byCpu = (long)(cpuCores * rejectPercent / 100 / (MessagesPerClientSecond * SecondsPerDelivery));
        var byMemory = Math.Max(0, (memoryBytes - FixedMemory) / MemoryOfClient(isTls));
        var byDescriptors = Math.Max(0, descriptorLimit - DescriptorReserve);
        var clients = Math.Min(Math.Min(byCpu, byMemory), Math.Min(byDescriptors, MostConnections));
        return new(
            clients - (clients % RoundedTo),
            Text($"least of CPU {byCpu} ({NumberGrammar.Text(cpuCores)} cores × {NumberGrammar.Text(rejectPercent)} % / (2 messages/s of 400 bytes × 15 µs)), ")
            + Text($"memory {byMemory} (({Megabytes(memoryBytes)} − 128MB) / {MemoryOfClient(isTls) >> 10}KB), descriptors {Shown(byDescriptors)}, rounded down to a multiple of 10"));
    }

    /// <summary>Bytes that so many clients need, the server among them.</summary>
    public static long MemoryFor(long clients, bool isTls) => FixedMemory + (clients * MemoryOfClient(isTls));

    public static long MemoryOfClient(bool isTls) => isTls ? MemoryPerTlsClient : MemoryPerClient;

    /// <summary>Cores that a thread each can keep busy.</summary>
    public static int UsableCores(double cpuCores, MachineFacts machine) =>
        Math.Clamp((int)Math.Min(Math.Ceiling(cpuCores), int.MaxValue), 1, Math.Max(1, machine.Cores));

    public static Derived<long> Workers(int usableCores) => new(usableCores, Text($"one per usable core, {usableCores}"));

    public static Derived<long> QueueSize(long connections)
    {
        var workers = Math.Max(FewestWorkers, connections / ClientsPerWorker);
        return new(workers * MessagesPerWorker, Text($"max(32, {connections} connections / 40) × 100"));
    }

    /// <summary>New clients a second that a quarter of the CPU affords, never 0.</summary>
    public static Derived<double> ConnectRate(double cpuCores, bool isTls) => new(
        Math.Max(1, Math.Floor(cpuCores * ConnectShare / (isTls ? SecondsPerTlsHandshake : SecondsPerHandshake))),
        Text($"{NumberGrammar.Text(cpuCores)} cores × 25 % / {(isTls ? "1 ms a handshake with TLS" : "200 µs a handshake")}"));

    /// <summary>Refusals a second that a tenth of the CPU affords.</summary>
    public static double RefusalRate(double cpuCores, bool isTls) => Math.Max(1, cpuCores * RefusalShare / (isTls ? SecondsPerTlsHandshake : SecondsPerRefusal));

    public static Derived<long> ConnectBurst(double perSecond, string rateName) =>
        new(Math.Max(SmallestBurst, (long)Math.Ceiling(perSecond)), Text($"one second of {rateName}, at least {SmallestBurst}"));

    /// <summary>Clients at which the units of concurrency are used up.</summary>
    public static int MostClientsByTasks(long maxTasks, int workerThreads) => (int)Math.Min(int.MaxValue, (maxTasks - workerThreads - FixedTasks) / 2);

    public static long FewestTasks(long connections, long workers) => (2 * connections) + workers + FixedTasks;

    public static Derived<long> MaxTasks(long connections, long workers)
    {
        // × 1.2, rounded up, without the rounding errors of a fraction.
        var tasks = ((FewestTasks(connections, workers) * 12) + 9) / 10;
        return new(tasks, Text($"⌈(2 × {connections} connections + {workers} workers + 20) × 1.2⌉"));
    }

    private static string Shown(long descriptors) =>
        descriptors > int.MaxValue ? "unlimited" : Text($"{descriptors} (limit − {DescriptorReserve})");

    private static string Megabytes(long bytes) => Text($"{bytes >> 20}MB");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
