using WsFanout.Hosting.Settings;
using WsFanout.Planning.SystemCheck.Broker;
using WsFanout.Planning.SystemCheck.Listening;
using WsFanout.Planning.SystemCheck.Machine;

namespace WsFanout.Planning.SystemCheck;

/// <summary>Looks at everything once, in the order of the report.</summary>
/// <param name="timeout">Longest wait for any one answer.</param>
internal sealed class Inspection(CheckContext context, TimeSpan timeout)
{
    public bool TriesPublishing { get; init; } = true;

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        List<Finding> findings = [.. SettingsFindings.Of(context.Settings, context.Time.GetUtcNow())];
        if (context.Settings.Settings is not { } settings)
        {
            findings.AddRange(Groups.InOrder.Where(group => group != Groups.Settings).Select(SkippedForSettings));
            return findings;
        }

        var files = new FactFiles(context.Root);
        findings.AddRange(await new ListenAddresses(settings.Host, new PortHolders(files), timeout).LookAsync(cancellationToken));
        findings.AddRange(MachineFindings.Of(new MachineView(files, NeedsOf(settings)) { Cores = context.Cores, ReadClock = context.ReadClock }));
        findings.AddRange(await new BrokerInspection(settings, new BrokerPatience(timeout, context.Time)) { TriesPublishing = TriesPublishing }.RunAsync(cancellationToken));
        return findings;
    }

    private Needs NeedsOf(ServerSettings settings) => Needs.Of(settings, context.Settings.Effective);

    private static Finding SkippedForSettings(string group) =>
        new(group, group, Verdict.Skipped) { Detail = "What is needed is not known while the settings can't be." };
}
