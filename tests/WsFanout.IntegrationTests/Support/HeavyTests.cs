namespace WsFanout.IntegrationTests.Support;

/// <summary>Tests that load both cores for a while; xunit runs the classes of one collection one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class HeavyTests
{
    public const string Name = "heavy";
}
