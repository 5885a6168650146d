using System.Globalization;
using WsFanout.Hosting.Settings;
using WsFanout.Planning.SystemCheck;

namespace WsFanout.IntegrationTests.Support;

/// <summary>One run of <c>wsfanout check</c> inside the test, of which the part about the broker counts.</summary>
internal sealed class BrokerCheck
{
    private readonly CheckReport _report;

    private BrokerCheck(CheckReport report) => _report = report;

    /// <summary>What it prints, in both forms.</summary>
    public string Text => TextReport.Write(_report, hasColours: false) + JsonReport.Write(_report);

    public IReadOnlyList<Finding> Findings => [.. _report.Findings.Where(finding => finding.Group == Groups.Broker)];

    public static Task<BrokerCheck> RunAsync(params (string Name, string Value)[] variables) => RunAsync(TimeSpan.FromSeconds(5), variables);

    public static async Task<BrokerCheck> RunAsync(TimeSpan timeout, params (string Name, string Value)[] variables)
    {
        using var folder = new EmptyFolder();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["WS_ADDR"] = "127.0.0.1:0", ["WS_MAX_CONNECTIONS"] = "100" };
        foreach (var (name, value) in variables) environment[name] = value;
        var settings = SettingsReader.Read(environment, SettingsContext.OfThisProcess() with { Directory = folder.Path });
        Assert.Equal([], settings.Errors);
        var inspection = new Inspection(new CheckContext { Settings = settings, Version = "0.0.0" }, timeout);
        return new BrokerCheck(new CheckReport("0.0.0", true, false, await inspection.RunAsync(CancellationToken.None)));
    }

    /// <summary>The only finding of that name.</summary>
    public Finding One(string name)
    {
        var found = Findings.Where(finding => finding.Name == name).ToList();
        Assert.True(found.Count == 1, string.Create(CultureInfo.InvariantCulture, $"{found.Count} findings named {name} in:\n{Text}"));
        return found[0];
    }

    public void Is(string name, Verdict verdict) => Assert.True(One(name).Verdict == verdict, $"{name} should be {verdict} in:\n{Text}");

    /// <summary>Nothing but what is named is worse than ok.</summary>
    public void IsOkBut(params string[] names) =>
        Assert.True(Findings.All(finding => finding.Verdict == Verdict.Ok || names.Contains(finding.Name)), $"only {string.Join(", ", names)} should not be ok in:\n{Text}");
}
