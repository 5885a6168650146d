using WsFanout.Hosting.Settings;

namespace WsFanout.Planning.SystemCheck.Broker;

/// <summary>Everything that is asked of the broker: each of its servers alone, then one of them about JetStream, the stream and what is allowed. Leaves nothing behind.</summary>
internal sealed class BrokerInspection(ServerSettings settings, BrokerPatience patience)
{
    private static readonly string[] BehindTheDoor = ["jetstream", "stream", "rights"];

    public bool TriesPublishing { get; init; }

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        if (settings.Stream.Servers.Count == 0)
        {
            return [Visit.Finding("broker", Verdict.Skipped) with { Detail = "NATS_URL is not given: the built-in source needs no broker." }];
        }

        var doors = await Task.WhenAll(settings.Stream.Servers.Select(server => BrokerDoor.OpenAsync(server, settings.Stream, patience, cancellationToken)));
        try
        {
            List<Finding> findings = [.. doors.SelectMany(door => door.Findings(settings))];
            if (doors.FirstOrDefault(door => door.IsOpen) is not { } open)
            {
                return [.. findings, .. BehindTheDoor.Select(name => Visit.Finding(name, Verdict.Skipped) with { Detail = "No server of NATS_URL can be asked." })];
            }

            var visit = new Visit(open.Connection, settings, patience) { TriesPublishing = TriesPublishing };
            findings.AddRange(await new VisitInside(visit).RunAsync(cancellationToken));
            return findings;
        }
        finally
        {
            foreach (var door in doors) await door.DisposeAsync();
        }
    }
}
