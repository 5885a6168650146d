namespace WsFanout.IntegrationTests.Support;

/// <summary>A test that needs a program and the rights of root; skipped, with the reason, where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactAsRootWithAttribute : FactAttribute
{
    public FactAsRootWithAttribute(string program, string package)
    {
        Program = program;
        Package = package;
        Skip = FactWithAttribute.WhyNot(program, package) ?? (Environment.IsPrivilegedProcess ? null : "needs root");
    }

    public string Program { get; }

    public string Package { get; }
}
