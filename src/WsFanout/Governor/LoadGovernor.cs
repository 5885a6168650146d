using WsFanout.Governor.Entry;
using WsFanout.Telemetry;

namespace WsFanout.Governor;

/// <summary>
/// Decides by what the machine is used at whether newcomers are let in and whether the intake may ask. Sits between the meters and those
/// two. Goes up at once, comes down step by step at the pace of <see cref="ChangePace"/>.
/// </summary>
/// <remarks>One look at a time, whoever looks; anyone reads.</remarks>
internal sealed partial class LoadGovernor
{
    /// <summary>Part of the clients that one order sheds.</summary>
    private const double ShedShare = 0.05;

    /// <summary>When the stream will drop something within this, a calm moment of a pause is used however often the state has changed, and what waits is taken up at once. Seconds.</summary>
    private const double ShortHeadroom = 10;

    /// <summary>Percent below the memory's first threshold at which garbage is asked for, so that it alone seldom reaches that.</summary>
    private const double CollectBelow = 5;

    /// <summary>The start itself needs CPU, most of it for compiling: that is no load, and says nothing of what clients will cost.</summary>
    private static readonly TimeSpan StartGrace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SayShedEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShedEvery = TimeSpan.FromSeconds(1);

    /// <summary>Short enough for one look between two sheddings, long enough not to be every look.</summary>
    private static readonly TimeSpan CollectToShedEvery = TimeSpan.FromSeconds(0.75);

    private static readonly TimeSpan CollectEvery = TimeSpan.FromSeconds(10);

    /// <summary>Lateness has to last as long before newcomers are refused for it.</summary>
    private static readonly TimeSpan LateFor = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly GovernorOptions _options;
    private readonly GovernorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _startedAt;
    private readonly double _shortHeadroom;

    // Guarded by _gate.
    private readonly Hysteresis _rejectByCpu;
    private readonly Hysteresis _pauseByCpu;
    private readonly Hysteresis _rejectByMemory;
    private readonly Hysteresis _pauseByMemory;
    private readonly ChangePace _pace;
    private LoadReading _last;
    private long _pausedAt;
    private long? _lateSince;
    private long? _shedAt;
    private long? _shedSaidAt;
    private long? _collectedAt;

    // As of the next look: the last one asked for that.
    private bool _garbageIsGone;
    private long? _pauseForcedAt;
    private TimeSpan _pauseForcedFor;
    private long? _cpuPauseLiftedAt;

    private volatile int _state;
    private volatile Refusal? _refusal;
    private long _since;

    public LoadGovernor(GovernorOptions options, GovernorMetrics metrics, TimeProvider time, ILogger<LoadGovernor> logger)
    {
        _options = options;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _rejectByCpu = new Hysteresis(options.CpuRejectPercent, options.CpuRejectResumePercent);
        _pauseByCpu = new Hysteresis(options.CpuPausePercent, options.CpuPauseResumePercent);
        _rejectByMemory = new Hysteresis(options.MemoryRejectPercent, ResumeOf(options.MemoryRejectPercent));
        _pauseByMemory = new Hysteresis(options.MemoryPausePercent, ResumeOf(options.MemoryPausePercent));
        _pace = new ChangePace(time);
        _shortHeadroom = Math.Max(ShortHeadroom, 2 * options.CpuSampleInterval.TotalSeconds);
        _since = _startedAt = time.GetTimestamp();
        Gate = new IntakeGate(time);
        Budget = new IntakeBudget(options, time);
        metrics.ObserveState(() => _state);
    }

    private static double ResumeOf(double memoryPercent) => Math.Max(memoryPercent / 2, memoryPercent - GovernorOptions.MemoryHysteresis);

    public GovernorState State => (GovernorState)_state;

    /// <summary>When the present state began. Ticks of the monotonic clock; any thread.</summary>
    public long Since => Volatile.Read(ref _since);

    /// <summary>Why newcomers are refused now; null while they are welcome. Any thread.</summary>
    public Refusal? Refusal => _refusal;

    /// <summary>Whether the intake may ask at all.</summary>
    public IntakeGate Gate { get; }

    /// <summary>How much the intake may ask for.</summary>
    public IntakeBudget Budget { get; }

    /// <summary>Judges one reading.</summary>
    public GovernorOrder Look(in LoadReading reading)
    {
        lock (_gate) return LookLocked(reading);
    }

    /// <summary>Pauses the intake for a while as overload would: a switch of tests.</summary>
    public void PauseFor(TimeSpan time)
    {
        lock (_gate)
        {
            _pauseForcedAt = _time.GetTimestamp();
            _pauseForcedFor = time;
            LookLocked(_last);
        }
    }

    private GovernorOrder LookLocked(in LoadReading reading)
    {
        _last = reading;
        var now = _time.GetTimestamp();
        var refusal = RefusalLocked(reading, now);
        var pause = PauseLocked(reading, now);
        var wanted = pause is not null ? GovernorState.Paused : refusal is not null ? GovernorState.Rejecting : GovernorState.Normal;
        var shed = MemoryShedLocked(reading, now) | PauseBudgetLocked(pause, now, ref wanted);

        // A state that only the pace still holds refuses with the reason it began with.
        _refusal = wanted == GovernorState.Normal ? _refusal : refusal ?? pause;
        MoveLocked(wanted, now);
        if (State == GovernorState.Normal) _refusal = null;
        if (State != GovernorState.Paused) Budget.Look(reading.CpuNowPercent, mustHurry: reading.HeadroomSeconds < _shortHeadroom);
        return new GovernorOrder(shed ? ShedShare : 0, CollectLocked(reading, now));
    }

    private Refusal? RefusalLocked(in LoadReading reading, long now)
    {
        _lateSince = reading.IsLate ? _lateSince ?? now : null;
        var isLate = _lateSince is { } since && _time.GetElapsedTime(since, now) >= LateFor;
        var byMemory = _rejectByMemory.Update(reading.MemoryPercent);
        if (_rejectByCpu.Update(CpuLocked(reading, now))) return Entry.Refusal.Cpu;
        if (byMemory) return Entry.Refusal.Memory;
        return isLate ? Entry.Refusal.Lag : null;
    }

    private double CpuLocked(in LoadReading reading, long now) => _time.GetElapsedTime(_startedAt, now) < StartGrace ? 0 : reading.CpuPercent;

    /// <returns>The refusal that a pause for this reason means to newcomers; null for no pause.</returns>
    private Refusal? PauseLocked(in LoadReading reading, long now)
    {
        if (_pauseForcedAt is { } forcedAt && _time.GetElapsedTime(forcedAt, now) >= _pauseForcedFor) _pauseForcedAt = null;
        if (_cpuPauseLiftedAt is { } liftedAt && _time.GetElapsedTime(liftedAt, now) >= _options.PauseBudget) _cpuPauseLiftedAt = null;
        var byMemory = _pauseByMemory.Update(reading.MemoryPercent);
        var byCpu = _pauseByCpu.Update(CpuLocked(reading, now)) && _cpuPauseLiftedAt is null;
        return byMemory ? Entry.Refusal.Memory : byCpu || _pauseForcedAt is not null ? Entry.Refusal.Cpu : null;
    }

    private bool MemoryShedLocked(in LoadReading reading, long now)
    {
        if (_options.MemoryShedPercent >= 100 || reading.MemoryPercent <= _options.MemoryShedPercent || reading.Clients == 0) return false;
        if (!_garbageIsGone || (_shedAt is { } last && _time.GetElapsedTime(last, now) < ShedEvery)) return false;
        _shedAt = now;
        SayShedLocked("memory", reading.MemoryPercent, now);
        return true;
    }

    /// <summary>A pause that has used up its budget ends whatever the CPU reads, and some clients with it; for as long again the CPU does not pause.</summary>
    /// <returns>Whether clients are to be shed.</returns>
    private bool PauseBudgetLocked(Refusal? pause, long now, ref GovernorState wanted)
    {
        if (pause != Entry.Refusal.Cpu || _pauseForcedAt is not null || !HasUsedUpPauseLocked(now)) return false;

        _cpuPauseLiftedAt = now;
        wanted = GovernorState.Rejecting;
        if (_last.Clients == 0) return false;
        SayShedLocked("pause budget", _last.CpuPercent, now);
        return true;
    }

    /// <summary>Once for a whole series: the disconnects are counted.</summary>
    private void SayShedLocked(string reason, double percent, long now)
    {
        if (_shedSaidAt is not { } last || _time.GetElapsedTime(last, now) >= SayShedEvery) LogShed(reason, percent);
        _shedSaidAt = now;
    }

    private bool HasUsedUpPauseLocked(long now) =>
        _options.PauseBudget > TimeSpan.Zero && State == GovernorState.Paused && _time.GetElapsedTime(_pausedAt, now) >= _options.PauseBudget;

    private void MoveLocked(GovernorState wanted, long now)
    {
        if (wanted == State)
        {
            _pace.NotCalm();
            return;
        }

        if (wanted > State)
        {
            _pace.Changed();
            EnterLocked(wanted, now);
            return;
        }

        _pace.Calm();
        var mustRead = State == GovernorState.Paused && (_last.HeadroomSeconds < _shortHeadroom || HasUsedUpPauseLocked(now));
        if (!mustRead && !_pace.MayGoDown()) return;
        _pace.Changed();
        EnterLocked(State - 1, now);
    }

    private void EnterLocked(GovernorState next, long now)
    {
        var before = State;
        LogChange(next > before ? LogLevel.Warning : LogLevel.Information, before.ToString(), next.ToString(), _refusal?.Word ?? "calm", _last.CpuPercent, _last.MemoryPercent);
        _state = (int)next;
        Volatile.Write(ref _since, now);
        if (before == GovernorState.Normal) _metrics.Overloaded();
        if (next == GovernorState.Paused)
        {
            _pausedAt = now;
            Gate.Close();
        }
        else if (before == GovernorState.Paused)
        {
            Budget.CatchUp();
            Gate.Open();
        }
    }

    /// <summary>What a client had held that is gone is garbage until it is collected: without that, all would be shed for the memory of a few.</summary>
    private bool CollectLocked(in LoadReading reading, long now)
    {
        var lowest = Math.Min(_options.MemoryRejectPercent, _options.MemoryShedPercent);
        var every = reading.MemoryPercent > _options.MemoryShedPercent ? CollectToShedEvery : CollectEvery;
        _garbageIsGone = lowest < 100 && reading.MemoryPercent >= lowest - CollectBelow && !(_collectedAt is { } last && _time.GetElapsedTime(last, now) < every);
        if (_garbageIsGone) _collectedAt = now;
        return _garbageIsGone;
    }

    [LoggerMessage("Load: {Before} → {Now} ({Reason}): CPU {CpuPercent:0.0} % and memory {MemoryPercent:0.0} % of their limits.")]
    private partial void LogChange(LogLevel level, string before, string now, string reason, double cpuPercent, double memoryPercent);

    [LoggerMessage(LogLevel.Warning, "Load: 5 % of the clients are closed with 4100 ({Reason}, at {Percent:0.0} %).")]
    private partial void LogShed(string reason, double percent);
}
