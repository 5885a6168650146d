namespace WsFanout.IntegrationTests.Support;

/// <summary>The long form of a test whose short form always runs; skipped unless <c>WSFANOUT_LONG=1</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongFactAttribute : FactAttribute
{
    public const string Variable = "WSFANOUT_LONG";

    public LongFactAttribute()
    {
#pragma warning disable RS0030 // The ban guards the server's settings; a test has no Settings to ask.
        if (Environment.GetEnvironmentVariable(Variable) != "1") Skip = $"the long form runs with {Variable}=1";
#pragma warning restore RS0030
    }
}
