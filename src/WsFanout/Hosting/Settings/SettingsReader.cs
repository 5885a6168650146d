using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Derivation;
using WsFanout.Hosting.Settings.Input;

namespace WsFanout.Hosting.Settings;

/// <summary>Turns the environment into <see cref="ServerSettings"/>, or into every reason why not.</summary>
internal static class SettingsReader
{
    /// <summary>Reads, checks and works out everything. Writes nowhere, ends nothing, never throws for what it was given.</summary>
    /// <param name="environment">Variables of the process; <see cref="ProcessEnvironment.Read"/>.</param>
    /// <param name="context">Everything else that matters.</param>
    public static SettingsResult Read(IReadOnlyDictionary<string, string> environment, SettingsContext context)
    {
        var given = GivenSettings.Collect(environment, context.Directory);
        var values = new SettingValues(given);
        var effective = new EffectiveSettings(values);
        var calibration = CalibrationBinding.Read(values, effective, context.Calibration, out var wrongCalibration);
        var capacity = new CapacityBinding(values, context.Machine, effective, calibration);
        string[] errors =
        [
            .. values.Errors,
            .. CrossRules.Check(values),
            .. AccessRules.Errors(values),
            .. wrongCalibration,
            .. capacity.Errors,
            .. given.Errors,
        ];
        string[] notes = [.. IgnoredNames(given), .. capacity.Notes, .. ShortStream(values), .. LargeHistory(values, capacity.Governor.MemoryLimitBytes), .. AccessRules.Notes(values)];
        if (errors.Length > 0)
        {
            return new SettingsResult { Errors = errors, Notes = notes };
        }

        var history = StageBinding.History(values, effective, capacity.Governor.MemoryLimitBytes);
        var settings = new ServerSettings
        {
            Host = StageBinding.Host(values, effective, capacity.Backlog),
            Entry = EntryBinding.Entry(values, effective, capacity),
            Governor = capacity.Governor,
            Stream = StageBinding.Stream(values, effective, context),
            Publish = StageBinding.Publish(values, effective),
            Fanout = capacity.Fanout,
            History = history,
            Tokens = AccessRules.Tokens(values),
            Load = capacity.Model,
            Clients = StageBinding.Clients(values, effective, history.MaxBytes, capacity.Fanout.WorkerThreads),
        };
        return new SettingsResult
        {
            Settings = settings,
            Notes = notes,
            Remarks = [.. capacity.Remarks, .. Openness(values), .. AccessRules.Remarks(values), .. TestSwitches(values)],
            Effective = effective.ToList(),
        };
    }

    private static IEnumerable<string> IgnoredNames(GivenSettings given)
    {
        if (given.Ignored.Count > 0)
        {
            yield return $"Known and ignored: {string.Join(", ", given.Ignored.Select(Masking.OneLine))}.";
        }
    }

    private static IEnumerable<string> LargeHistory(SettingValues values, long memoryLimitBytes)
    {
        var (given, share) = (values.Get(HistorySettings.MaxBytes), CapacityFormulas.HistoryShare(memoryLimitBytes).Value);
        if (given > 2 * share && values.IsGiven(HistorySettings.MaxBytes))
        {
            yield return $"{values.Received(HistorySettings.MaxBytes)}: more than half of the heap that {CapacitySettings.MemoryLimit.Name} leaves; a full history may end the process. {HistorySettings.MaxBytes.Write(share)} is what fits.";
        }
    }

    private static IEnumerable<string> ShortStream(SettingValues values)
    {
        var (budget, age) = (values.Get(CapacitySettings.PauseBudget), values.Get(StreamSettings.MaxAge));
        if (budget > TimeSpan.Zero && age > TimeSpan.Zero && budget * 2 > age)
        {
            yield return $"{values.Received(CapacitySettings.PauseBudget)}: a stream that keeps {StreamSettings.MaxAge.Write(age)} may drop messages during such a pause and the catching up behind it; give {StreamSettings.MaxAge.Name} twice as much.";
        }
    }

    private static IEnumerable<string> TestSwitches(SettingValues values)
    {
        if (values.Get(TestSettings.Echo))
        {
            yield return $"TEST SWITCH: {TestSettings.Echo.Name} lets anybody who may connect have messages of up to 16 MB kept and sent back. Not for production.";
        }

        if (values.Get(TestSettings.Pause))
        {
            yield return $"TEST SWITCH: {TestSettings.Pause.Name} lets any program of this machine pause the intake. Not for production.";
        }

        if (values.Get(TestSettings.DropOneIn) is var oneIn and > 0)
        {
            yield return $"TEST SWITCH: {TestSettings.DropOneIn.Name} loses one delivery in {oneIn} and tells no client. Not for production.";
        }
    }

    private static IEnumerable<string> Openness(SettingValues values)
    {
        if (values.Get(AccessSettings.AllowedOrigins).Count == 0)
        {
            yield return $"Pages of any origin may connect: {AccessSettings.AllowedOrigins.Name} is empty.";
        }
    }
}
