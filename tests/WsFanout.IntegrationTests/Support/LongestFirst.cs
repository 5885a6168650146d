using Xunit.Abstractions;

namespace WsFanout.IntegrationTests.Support;

/// <summary>Begins with the collections that take minutes and mostly wait: begun last, each would end long after all others, on cores with nothing to do.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest = [GovernedTests.Name, $"Test collection for {typeof(LiveAlertsTests).FullName}", $"Test collection for {typeof(PauseTests).FullName}"];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.IndexOf(Longest, collection.DisplayName) is var place and >= 0 ? place : Longest.Length);
}
