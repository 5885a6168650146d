namespace WsFanout.IntegrationTests.Support;

/// <summary>Tests of programs that judge the CPU and memory they are given, for minutes in all and mostly waiting: two at a time would be each other's neighbours.</summary>
[CollectionDefinition(Name)]
public sealed class GovernedTests
{
    public const string Name = "governed";
}
