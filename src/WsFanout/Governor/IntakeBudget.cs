namespace WsFanout.Governor;

/// <summary>
/// How many messages the intake may ask for: the limits on messages and on deliveries a second, and the pace of catching up after a pause.
/// Nothing is refused for it: what isn't asked for stays in the stream.
/// </summary>
/// <remarks>The intake spends, the governor sets the pace; short lock.</remarks>
internal sealed class IntakeBudget
{
    /// <summary>Weight of the newest look in the mean rate.</summary>
    private const double MeanWeight = 0.3;

    /// <summary>Looks that follow each other faster tell nothing. Seconds.</summary>
    private const double ShortestLook = 0.09;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;

    // Guarded by _gate.
    private readonly RateBudget _messages;
    private readonly RateBudget _deliveries;
    private readonly RateBudget _catchingUp;
    private readonly CatchUpRate _pace;
    private Func<long> _dealt = () => 0;
    private long _dealtSeen;

    // Not known at first: then one message is taken to learn it.
    private double _deliveriesAMessage = double.PositiveInfinity;

    private long _took;
    private long _tookSeen;
    private long _settledSeen;
    private long _unaccounted;
    private long _lookedAt;
    private double _perSecond;

    public IntakeBudget(GovernorOptions options, TimeProvider time)
    {
        _time = time;
        _messages = new RateBudget(time);
        _deliveries = new RateBudget(time);
        _catchingUp = new RateBudget(time);
        _pace = new CatchUpRate(Math.Min(options.CpuPauseResumePercent, options.CpuRejectPercent));
        _lookedAt = time.GetTimestamp();
        if (options.MaxMessagesPerSecond > 0) _messages.SetRate(options.MaxMessagesPerSecond);
        if (options.MaxDeliveriesPerSecond > 0) _deliveries.SetRate(options.MaxDeliveriesPerSecond);
    }

    /// <summary>Whether a backlog is being taken up.</summary>
    public bool IsCatchingUp
    {
        get
        {
            lock (_gate) return _pace.IsActive;
        }
    }

    /// <summary>Whether a message that has come may be taken now. What was asked for before a pause waits in a heap, and goes at the pace of catching up too.</summary>
    public bool MayTake
    {
        get
        {
            lock (_gate) return _catchingUp.Left() > 0;
        }
    }

    /// <summary>Once, before the intake runs.</summary>
    /// <param name="dealt">Deliveries (message × client) so far.</param>
    public void Observe(Func<long> dealt) => _dealt = dealt;

    /// <summary>Messages that may be asked for now beyond those under way; 0 or less: none.</summary>
    /// <param name="underWay">Messages asked for that have not come.</param>
    /// <param name="undealt">Messages that have come and that the slowest worker has not dealt.</param>
    public long Left(int underWay, long undealt)
    {
        lock (_gate)
        {
            var left = Math.Min(_messages.Left(), _catchingUp.Left()) - underWay;
            if (_deliveries.IsLimited)
            {
                PayForDeliveriesLocked(undealt);
                var deliveries = _deliveries.Left();

                // One message may cost more than is ever saved up: it goes, and is paid for afterwards.
                left = Math.Min(left, deliveries <= 0 ? 0 : Math.Max(1, deliveries / _deliveriesAMessage) - underWay - undealt);
            }

            return (long)Math.Min(left, int.MaxValue);
        }
    }

    /// <summary>A message has come.</summary>
    public void Took()
    {
        lock (_gate)
        {
            _took++;
            _messages.Spend(1);
            _catchingUp.Spend(1);
        }
    }

    /// <summary>The intake goes on after a pause.</summary>
    public void CatchUp()
    {
        lock (_gate)
        {
            _pace.Begin(_perSecond);
            _catchingUp.SetRate(_pace.PerSecond);
            StartLookLocked();
        }
    }

    /// <summary>Sets the pace by what the CPU does. At steady intervals, while the intake is not paused.</summary>
    /// <param name="mustHurry">The stream is about to drop messages: a pace that let that happen would cost more than another pause.</param>
    public void Look(double cpuPercent, bool mustHurry)
    {
        lock (_gate)
        {
            if (mustHurry)
            {
                _pace.End();
                _catchingUp.SetRate(_pace.PerSecond);
            }

            var seconds = _time.GetElapsedTime(_lookedAt).TotalSeconds;
            if (seconds < ShortestLook) return;
            var perSecond = (_took - _tookSeen) / seconds;
            StartLookLocked();
            if (!_pace.IsActive)
            {
                // What comes while it is paced says nothing of the stream.
                _perSecond += (perSecond - _perSecond) * MeanWeight;
                return;
            }

            _pace.Look(cpuPercent, perSecond, seconds);
            _catchingUp.SetRate(_pace.PerSecond);
        }
    }

    private void StartLookLocked()
    {
        _lookedAt = _time.GetTimestamp();
        _tookSeen = _took;
    }

    private void PayForDeliveriesLocked(long undealt)
    {
        var dealt = _dealt();
        _deliveries.Spend(dealt - _dealtSeen);
        _unaccounted += dealt - _dealtSeen;
        _dealtSeen = dealt;

        // Deliveries come after their messages: only those that every worker has dealt say what one costs.
        var settled = _took - undealt;
        if (settled <= _settledSeen) return;
        var mean = Math.Max(1, _unaccounted / (double)(settled - _settledSeen));
        _deliveriesAMessage = double.IsFinite(_deliveriesAMessage) ? _deliveriesAMessage + ((mean - _deliveriesAMessage) * MeanWeight) : mean;
        _settledSeen = settled;
        _unaccounted = 0;
    }
}
