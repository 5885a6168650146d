using System.Globalization;
using WsFanout.Hosting.Settings.Grammars;
using WsFanout.Planning.Calibration;

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

    /// <summary>What a client gets, as long as nothing better is known: the capacity plan's target load.</summary>
    public const double MessagesPerClientSecond = 2;

    /// <summary>Of the memory, for held messages: a quarter of the heap, which has 60 %. A message takes more than it counts for, and the ring, the queues and the clients need the rest.</summary>
    private const double HistoryMemoryShare = 0.15;

    private const double ConnectShare = 0.25;
    private const double RefusalShare = 0.1;
    private const long SmallestBurst = 10;

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
    /// <param name="cpu">Cores this server may use, and the part of them at which newcomers are refused.</param>
    /// <param name="memory">Memory this server may use, and the part of it at which newcomers are refused.</param>
    /// <param name="descriptorLimit">Most descriptors of the process.</param>
    /// <param name="model">What a client costs.</param>
    public static Derived<long> MaxConnections((double Cores, double RejectPercent) cpu, (long Bytes, double RejectPercent) memory, long descriptorLimit, LoadModel model)
    {
        var byCpu = model.ClientsWithinCores(cpu.Cores * cpu.RejectPercent / 100, MessagesPerClientSecond, messagesPerSecond: 0);
        var byMemory = model.ClientsWithinBytes(memory.Bytes * memory.RejectPercent / 100);
        var byDescriptors = ClientsByDescriptors(descriptorLimit);
        var clients = Math.Min(Math.Min(byCpu, byMemory), Math.Min(byDescriptors, MostConnections));
        return new(
            clients - (clients % RoundedTo),
            Text($"least of CPU {byCpu} (({NumberGrammar.Text(cpu.Cores)} cores × {NumberGrammar.Text(cpu.RejectPercent)} % − {NumberGrammar.Text(model.IdleCores)} idle) / ({MessagesPerClientSecond} messages/s of {model.Calibration.PayloadBytes} bytes = {LoadModel.Time(model.CoresPerClient(MessagesPerClientSecond))} a second)), ")
            + Text($"memory {byMemory} (({Megabytes(memory.Bytes)} × {NumberGrammar.Text(memory.RejectPercent)} % − {LoadModel.Size(model.FixedBytes)}) / {LoadModel.Size(model.BytesPerClient)}), descriptors {Shown(byDescriptors)}, rounded down to a multiple of {RoundedTo}, by {model.Name}"));
    }

    /// <summary>Clients whose descriptors leave the reserve.</summary>
    public static long ClientsByDescriptors(long descriptorLimit) => Math.Max(0, descriptorLimit - DescriptorReserve);

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
    public static Derived<double> ConnectRate(double cpuCores, LoadModel model) => new(
        Math.Max(1, LoadModel.Whole(cpuCores * ConnectShare / model.SecondsPerHandshake)),
        Text($"{NumberGrammar.Text(cpuCores)} cores × 25 % / {LoadModel.Time(model.SecondsPerHandshake)} a handshake{(model.IsTls ? " with TLS" : "")}, by {model.Name}"));

    /// <summary>Refusals a second that a tenth of the CPU affords.</summary>
    public static double RefusalRate(double cpuCores, LoadModel model) => Math.Max(1, cpuCores * RefusalShare / model.SecondsPerRefusal);

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
