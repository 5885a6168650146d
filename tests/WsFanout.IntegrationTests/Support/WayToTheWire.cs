namespace WsFanout.IntegrationTests.Support;

/// <summary>
/// Which way clients come to the servers of this run. What holds for both ways is in classes with the trait: <c>make test</c> runs them a second
/// time with <c>WSFANOUT_TEST_TRANSPORT=stream</c>.
/// </summary>
internal static class WayToTheWire
{
    public const string Trait = "Wire";
    public const string Both = "both";

    private const string Variable = "WSFANOUT_TEST_TRANSPORT";

    /// <summary>Value of <c>WS_TRANSPORT</c> for tests that don't say another.</summary>
#pragma warning disable RS0030 // The ban guards the server's settings; a test has no Settings to ask.
    public static string OfThisRun { get; } = Environment.GetEnvironmentVariable(Variable) ?? "auto";
#pragma warning restore RS0030
}
