// Tests wait far more than they work. The collections see to it that what loads the cores or judges them does so alone.
[assembly: Xunit.CollectionBehavior(MaxParallelThreads = 4)]
[assembly: Xunit.TestCollectionOrderer("WsFanout.IntegrationTests.Support.LongestFirst", "WsFanout.IntegrationTests")]
