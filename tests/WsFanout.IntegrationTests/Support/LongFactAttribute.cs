namespace WsFanout.IntegrationTests.Support;

/// <summary>
/// A test that takes minutes; skipped unless <c>WSFANOUT_LONG=1</c>. Its class ends in <c>LongTests</c>: that is how <c>make test-faults</c>, which sets
/// the variable, finds it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongFactAttribute : FactAttribute
{
    private const string Variable = "WSFANOUT_LONG";
    private const string NotAskedFor = $"takes minutes: make test-faults, or {Variable}=1, runs it";

    /// <param name="inCgroup">Whether it needs a <see cref="Cgroup"/> of its own too.</param>
    public LongFactAttribute(bool inCgroup = false)
    {
        InCgroup = inCgroup;
        Skip = !IsAskedFor ? NotAskedFor : inCgroup ? Cgroup.WhyNot : null;
    }

    /// <param name="program">A program that it needs.</param>
    /// <param name="package">Where that is from.</param>
    public LongFactAttribute(string program, string package)
    {
        Program = program;
        Package = package;
        Skip = !IsAskedFor ? NotAskedFor : FactWithAttribute.WhyNot(program, package);
    }

    public string? Program { get; }

    public string? Package { get; }

    public bool InCgroup { get; }

#pragma warning disable RS0030 // The ban guards the server's settings; a test has no Settings to ask.
    private static bool IsAskedFor => Environment.GetEnvironmentVariable(Variable) == "1";
#pragma warning restore RS0030
}
