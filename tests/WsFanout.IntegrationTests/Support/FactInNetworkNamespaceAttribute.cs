namespace WsFanout.IntegrationTests.Support;

/// <summary>A test that needs a <see cref="NetworkNamespace"/> of its own; skipped, with the reason, where this process may not make one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactInNetworkNamespaceAttribute : FactAttribute
{
    public FactInNetworkNamespaceAttribute() => Skip = NetworkNamespace.WhyNot;
}
