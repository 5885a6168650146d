using WsFanout.Messages;

namespace WsFanout.Tests.Messages;

/// <summary>Many patterns at once, against each of them one by one.</summary>
public sealed class PatternSetTests
{
    [Fact]
    public void A_set_covers_exactly_what_one_of_its_patterns_covers()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var set = new PatternSet();
            var patterns = new List<string>();
            for (var wanted = random.Next(3 * PatternSet.MostSearched); patterns.Count < wanted;)
            {
                if (RandomName(random) is var pattern && !IsPattern(pattern)) continue;
                patterns.Add(pattern);
                set.Add(pattern);
            }

            for (var i = 0; i < 100; i++)
            {
                var name = RandomName(random);
                Assert.True(patterns.Exists(pattern => ChannelName.Covers(pattern, name)) == set.Covers(name), $"seed {seed}: {name} by {string.Join(' ', patterns)}");
            }
        }
    }

    private static bool IsPattern(string name) => ChannelName.Classify(name, 256) == NameKind.Pattern;

    private static string RandomName(Random random)
    {
        var tokens = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(3) == 0 ? "*" : $"{(char)('a' + random.Next(4))}").ToList();
        if (random.Next(5) == 0) tokens[^1] = ">";
        return string.Join('.', tokens);
    }
}
