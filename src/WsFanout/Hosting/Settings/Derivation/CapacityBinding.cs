using System.Globalization;
using WsFanout.Fanout;
using WsFanout.Governor;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Grammars;
using WsFanout.Hosting.Settings.Input;
using WsFanout.Planning.Calibration;
using static WsFanout.Hosting.Settings.Catalogue.CapacitySettings;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>Works out the capacity of this process: what was given, and automatic values for the rest.</summary>
internal sealed class CapacityBinding
{
    private const double DefaultHysteresis = 5;
    private const long LeastMemory = 64L << 20;

    private readonly List<string> _errors = [];
    private readonly List<string> _notes = [];
    private readonly List<string> _remarks = [];

    /// <param name="calibration">What deliveries, clients and handshakes cost.</param>
    public CapacityBinding(SettingValues values, MachineFacts machine, EffectiveSettings effective, CalibrationFile calibration)
    {
        Model = new LoadModel(calibration, AccessRules.Tls(values) is not null);
        var cpu = values.Get(CpuLimit) is var cores and > 0 ? cores : effective.Derive(CpuLimit, CapacityFormulas.CpuLimit(machine));
        var memory = MemoryOf(values, machine, effective);
        var connections = ConnectionsOf(values, machine, effective, (cpu, memory));

        var usableCores = CapacityFormulas.UsableCores(cpu, machine);
        var workers = values.Get(WorkerPoolSize) is var given and > 0 ? given : effective.Derive(WorkerPoolSize, CapacityFormulas.Workers(usableCores));
        var threads = (int)Math.Min(workers, usableCores);
        if (threads < workers)
        {
            effective.Explain(WorkerPoolSize, Text($"carried by {threads} threads, one per usable core"));
            _remarks.Add(Text($"{threads} {(threads == 1 ? "thread carries" : "threads carry")} the {workers} workers asked for."));
        }

        Fanout = new FanoutOptions
        {
            WorkerThreads = threads,
            RingMessages = (int)(values.Get(WorkerQueueSize) is var size and > 0 ? size : effective.Derive(WorkerQueueSize, CapacityFormulas.QueueSize(connections))),
            RingBytes = values.Get(WorkerQueueBytes),
            FlushMaxDelay = values.Get(Catalogue.ClientSettings.FlushMaxDelay),
            LosesOneIn = values.Get(TestSettings.DropOneIn),
        };
        var publishers = values.Get(Catalogue.PublishSettings.Address) == AddressGrammar.None ? 0 : CapacityFormulas.PublishConnections(connections, values.Get(Catalogue.PublishSettings.MaxPending), machine);
        Governor = new GovernorOptions
        {
            CpuLimitCores = cpu,
            MemoryLimitBytes = memory,
            MaxConnections = (int)connections,
            MaxOpenConnections = (int)CapacityFormulas.OpenConnections(connections, publishers, machine),
            MaxPublishConnections = (int)publishers,
            MaxTasks = (int)TasksOf(values, effective, connections, workers),
            CpuRejectPercent = values.Get(CpuReject),
            CpuRejectResumePercent = ResumeOf(values, effective, CpuRejectResume, CpuReject),
            CpuPausePercent = values.Get(CpuPause),
            CpuPauseResumePercent = ResumeOf(values, effective, CpuPauseResume, CpuPause),
            CpuSampleInterval = values.Get(CpuSampleInterval),
            MemoryRejectPercent = values.Get(MemoryReject),
            MemoryShedPercent = values.Get(MemoryShed),
            MemoryPausePercent = values.Get(MemoryPause),
            PauseBudget = values.Get(PauseBudget),
            MaxMessagesPerSecond = values.Get(MaxNatsRate),
            MaxDeliveriesPerSecond = values.Get(MaxBroadcastRate),
            LateAfter = values.Get(LagReject),
        };
        Backlog = BacklogOf(values, machine, effective);
        NoteLimitsAboveTheMachine(values, machine);
        NoteMemoryBelowItsClients(values, memory);
    }

    public GovernorOptions Governor { get; }

    public FanoutOptions Fanout { get; }

    /// <summary>What this server's load costs.</summary>
    public LoadModel Model { get; }

    /// <summary>The backlog that the kernel will really keep.</summary>
    public int Backlog { get; }

    public IReadOnlyList<string> Errors => _errors;

    public IReadOnlyList<string> Notes => _notes;

    public IReadOnlyList<string> Remarks => _remarks;

    private long MemoryOf(SettingValues values, MachineFacts machine, EffectiveSettings effective)
    {
        if (values.Get(MemoryLimit) is var given and > 0)
        {
            return given;
        }

        var derived = CapacityFormulas.MemoryLimit(machine);
        if (derived.Value < LeastMemory && values.AreSound(MemoryLimit))
        {
            _errors.Add($"{MemoryLimit.Name}: automatic comes to {derived.Value >> 20}MB ({derived.Formula}), at least 64MB are needed");
        }

        return effective.Derive(MemoryLimit, derived);
    }

    private long ConnectionsOf(SettingValues values, MachineFacts machine, EffectiveSettings effective, (double Cpu, long Memory) limits)
    {
        if (values.Get(MaxConnections) is var given and > 0)
        {
            if (given + CapacityFormulas.DescriptorReserve > machine.DescriptorLimit)
            {
                _errors.Add(Text($"{values.Received(MaxConnections)}: needs {given + CapacityFormulas.DescriptorReserve} descriptors, {CapacityFormulas.DescriptorReserve} of them in reserve, but the limit is {machine.DescriptorLimit}; ")
                    + "raise it (ulimit -n, ulimits.nofile in a compose file, LimitNOFILE) or ask for fewer");
            }

            return given;
        }

        var derived = CapacityFormulas.MaxConnections((limits.Cpu, values.Get(CpuReject)), (limits.Memory, values.Get(MemoryReject)), machine.DescriptorLimit, Model);
        if (derived.Value == 0 && limits.Memory >= LeastMemory && values.AreSound(MaxConnections, CpuLimit, MemoryLimit, CpuReject, MemoryReject))
        {
            _errors.Add($"{MaxConnections.Name}: automatic leaves no room for clients: {derived.Formula}; give more, or a number");
        }

        return effective.Derive(MaxConnections, derived);
    }

    private long TasksOf(SettingValues values, EffectiveSettings effective, long connections, long workers)
    {
        if (values.Get(MaxTasks) is not (var given and > 0))
        {
            return effective.Derive(MaxTasks, CapacityFormulas.MaxTasks(connections, workers));
        }

        var fewest = CapacityFormulas.FewestTasks(connections, workers);
        if (given < fewest && values.AreSound(MaxTasks, MaxConnections, WorkerPoolSize))
        {
            _errors.Add(Text($"{values.Received(MaxTasks)}: must be at least 2 × {connections} connections + {workers} workers + 20 = {fewest}, or it would bind before {MaxConnections.Name} (default {MaxTasks.DefaultText})"));
        }

        return given;
    }

    private static double ResumeOf(SettingValues values, EffectiveSettings effective, Setting<double> resume, Setting<double> threshold)
    {
        if (values.IsGiven(resume))
        {
            return values.Get(resume);
        }

        var at = values.Get(threshold);
        return effective.Derive(resume, new(Math.Max(at / 2, at - DefaultHysteresis), at < 2 * DefaultHysteresis ? Text($"{threshold.Name} {at} / 2") : Text($"{threshold.Name} {at} − 5")));
    }

    private int BacklogOf(SettingValues values, MachineFacts machine, EffectiveSettings effective)
    {
        var asked = values.Int(ListenBacklog);
        if (machine.LongestBacklog is not { } longest || longest >= asked)
        {
            return asked;
        }

        effective.Explain(ListenBacklog, Text($"cut to {longest} by net.core.somaxconn"));
        _remarks.Add(Text($"The listen backlog is {longest}, not the {asked} of {ListenBacklog.Name}: net.core.somaxconn cuts it."));
        return longest;
    }

    private void NoteLimitsAboveTheMachine(SettingValues values, MachineFacts machine)
    {
        if (machine.Container.CpuCores is { } quota && quota < machine.Cores && values.Get(CpuLimit) > quota)
        {
            _notes.Add(Text($"{values.Received(CpuLimit)}: {machine.Container.CpuSource} grants {NumberGrammar.Text(quota)} cores, and those are 100 %."));
        }
        else if (values.Get(CpuLimit) > machine.Cores)
        {
            _notes.Add(Text($"{values.Received(CpuLimit)}: only {machine.Cores} cores are there, so {CpuReject.Name} and {CpuPause.Name} may never be reached."));
        }

        var memory = Math.Min(machine.PhysicalMemoryBytes, machine.Container.MemoryBytes ?? long.MaxValue);
        if (values.Get(MemoryLimit) > memory)
        {
            _notes.Add(Text($"{values.Received(MemoryLimit)}: only {memory >> 20}MB are there."));
        }
    }

    private void NoteMemoryBelowItsClients(SettingValues values, long memory)
    {
        var usable = memory * values.Get(MemoryReject) / 100;
        if (values.Get(MaxConnections) is var given and > 0 && Model.Bytes(given) is var needed && needed > usable)
        {
            var outcome = usable < Model.FixedBytes ? "there may be no room for any" : $"{MemoryReject.Name} may be reached before";
            _notes.Add(Text($"{values.Received(MaxConnections)}: that many need about {LoadModel.Size(Math.Floor(needed / (1 << 20)) * (1 << 20))} ({LoadModel.Size(Model.FixedBytes)} + {LoadModel.Size(Model.BytesPerClient)} each, by {Model.Name}), and {MemoryLimit.Name} is {memory >> 20}MB: {outcome}."));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
