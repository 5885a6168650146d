using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Grammars;
using WsFanout.Hosting.Settings.Input;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>Rules between variables that are each legal on their own.</summary>
internal sealed class CrossRules
{
    private readonly SettingValues _values;
    private readonly List<string> _errors = [];

    private CrossRules(SettingValues values) => _values = values;

    /// <returns>One sentence a broken rule. A rule with a faulty variable is not checked: that one is reported already.</returns>
    public static IReadOnlyList<string> Check(SettingValues values)
    {
        var rules = new CrossRules(values);
        rules.Thresholds();
        rules.Stream();
        rules.Credentials();
        rules.Certificates();
        rules.Listeners();
        rules.Origin();
        return rules._errors;
    }

    private void Thresholds()
    {
        NotAbove(CapacitySettings.CpuReject, CapacitySettings.CpuPause);
        if (_values.IsGiven(CapacitySettings.CpuRejectResume))
        {
            NotAbove(CapacitySettings.CpuRejectResume, CapacitySettings.CpuReject);
        }

        if (_values.IsGiven(CapacitySettings.CpuPauseResume))
        {
            NotAbove(CapacitySettings.CpuPauseResume, CapacitySettings.CpuPause);
        }

        NotAbove(CapacitySettings.MemoryReject, CapacitySettings.MemoryShed);
        NotAbove(CapacitySettings.MemoryShed, CapacitySettings.MemoryPause);
    }

    private void Stream()
    {
        var (heartbeat, expires) = (StreamSettings.Heartbeat, StreamSettings.PullExpires);
        if (_values.AreSound(heartbeat, expires) && _values.Get(heartbeat) * 2 > _values.Get(expires))
        {
            _errors.Add($"{_values.Received(heartbeat)}: must be at most half of {_values.Received(expires)}, or the broker refuses every request");
        }

        var (subjects, prefix) = (StreamSettings.SubjectsServed, StreamSettings.SubjectPrefix);
        if (_values.AreSound(subjects, prefix) && !_values.Get(subjects).Any(subject => Subjects.CanMatch(subject, _values.Get(prefix))))
        {
            _errors.Add($"{_values.Received(prefix)}: no subject of {_values.Received(subjects)} starts with it, so nothing would be served");
        }
    }

    private void Credentials()
    {
        Together(StreamSettings.User, StreamSettings.Password);
        Together(StreamSettings.TlsCert, StreamSettings.TlsKey);
        Together(AccessSettings.TlsCert, AccessSettings.TlsKey);
        if (_values.IsGiven(StreamSettings.Token) && _values.IsGiven(StreamSettings.User))
        {
            _errors.Add($"{StreamSettings.Token.Name}: {StreamSettings.User.Name} is given too; give one of the two");
        }
    }

    private void Certificates()
    {
        Holds(StreamSettings.TlsCa, PemFiles.OfAuthorities);
        if (Holds(StreamSettings.TlsCert, PemFiles.OfCertificate))
        {
            Holds(StreamSettings.TlsKey, key => PemFiles.OfKey(key, _values.Get(StreamSettings.TlsCert)));
        }
    }

    private void Listeners()
    {
        ReadOnlySpan<Setting<ListenAddress>> listeners = [HostSettings.Address, HostSettings.AdminAddress, PublishSettings.Address];
        for (var i = 1; i < listeners.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var address = _values.Get(listeners[i]);
                if (address.Port > 0 && Overlap(address, _values.Get(listeners[j])) && _values.AreSound(listeners[i], listeners[j]))
                {
                    _errors.Add($"{_values.Received(listeners[i])}: is the address of {listeners[j].Name} too");
                }
            }
        }
    }

    private void Origin()
    {
        var origins = _values.Get(AccessSettings.AllowedOrigins);
        if (origins.Count > 1 && origins.Contains(Origins.Any))
        {
            _errors.Add($"{_values.Received(AccessSettings.AllowedOrigins)}: * lets in any, so the others beside it mean nothing; give one or the other");
        }
    }

    // An address of its own and every address of the machine can't have one port.
    private static bool Overlap(ListenAddress one, ListenAddress other) =>
        one.Port == other.Port && (one.Host == other.Host || one.Host.Length == 0 || other.Host.Length == 0);

    /// <returns>Whether a file is given and sound.</returns>
    private bool Holds(Setting<string> setting, Func<string, string?> look)
    {
        if (!_values.IsGiven(setting) || !_values.AreSound(setting))
        {
            return false;
        }

        var problem = look(_values.Get(setting));
        if (problem is not null)
        {
            _errors.Add($"{_values.Received(setting)}: {problem}");
        }

        return problem is null;
    }

    private void NotAbove(Setting<double> low, Setting<double> high)
    {
        if (_values.AreSound(low, high) && _values.Get(low) > _values.Get(high))
        {
            _errors.Add($"{_values.Received(low)}: must not be above {_values.Received(high)}");
        }
    }

    private void Together(Setting one, Setting other)
    {
        var (given, missing) = _values.IsGiven(one) ? (one, other) : (other, one);
        if (_values.IsGiven(given) && !_values.IsGiven(missing))
        {
            _errors.Add($"{given.Name}: {missing.Name} is missing; the two belong together");
        }
    }
}
