using System.Text;
using WsFanout.Messages;

namespace WsFanout.Tests.Messages;

public sealed class ChannelNameTests
{
    [Theory]
    [InlineData("BTC", nameof(NameKind.Channel))]
    [InlineData("BTC.trade", nameof(NameKind.Channel))]
    [InlineData("a*b.c>", nameof(NameKind.Channel))]
    [InlineData("é.漢字", nameof(NameKind.Channel))]
    [InlineData("*", nameof(NameKind.Pattern))]
    [InlineData(">", nameof(NameKind.Pattern))]
    [InlineData("BTC.*", nameof(NameKind.Pattern))]
    [InlineData("*.trade", nameof(NameKind.Pattern))]
    [InlineData("BTC.>", nameof(NameKind.Pattern))]
    [InlineData("", nameof(NameKind.EmptyToken))]
    [InlineData(".", nameof(NameKind.EmptyToken))]
    [InlineData("a..b", nameof(NameKind.EmptyToken))]
    [InlineData(".a", nameof(NameKind.EmptyToken))]
    [InlineData("a.", nameof(NameKind.EmptyToken))]
    [InlineData("a.>.b", nameof(NameKind.TailNotLast))]
    [InlineData("a b", nameof(NameKind.BadCharacter))]
    [InlineData("a\u00a0b", nameof(NameKind.BadCharacter))]
    [InlineData("a\tb", nameof(NameKind.BadCharacter))]
    [InlineData("a\u0000", nameof(NameKind.BadCharacter))]
    [InlineData("a\u007f", nameof(NameKind.BadCharacter))]
    [InlineData("a\u0085", nameof(NameKind.BadCharacter))]
    public void A_name_is_what_its_tokens_make_it(string name, string kind) => Assert.Equal(kind, ChannelName.Classify(name, 256).ToString());

    [Fact]
    public void A_lone_surrogate_is_no_character() => Assert.Equal(NameKind.BadCharacter, ChannelName.Classify("a\ud800b", 256));

    [Fact]
    public void The_length_counts_bytes()
    {
        Assert.Equal(NameKind.Channel, ChannelName.Classify(new string('é', 128), 256));
        Assert.Equal(NameKind.TooLong, ChannelName.Classify(new string('é', 129), 256));
        Assert.Equal(NameKind.TooLong, ChannelName.Classify(new string('a', 257), 256));
        Assert.Equal(NameKind.Channel, ChannelName.Classify(new string('a', 4096), 4096));
    }

    [Theory]
    [InlineData(">", "a.b", true)]
    [InlineData(">", ">", true)]
    [InlineData("a.>", "a.*", true)]
    [InlineData("a.>", "a.b.>", true)]
    [InlineData("a.>", "a", false)]
    [InlineData("a.*", "a.>", false)]
    [InlineData("a.*", "a.*", true)]
    [InlineData("*.b", "*.*", false)]
    [InlineData("*.*", "*.b", true)]
    [InlineData("a", "a", true)]
    [InlineData("a", "a.b", false)]
    [InlineData("a.b", "a", false)]
    public void A_pattern_covers_what_can_mean_nothing_else(string pattern, string name, bool covers) =>
        Assert.Equal(covers, ChannelName.Covers(pattern, name));

    [Fact]
    public void A_subject_with_bytes_that_are_no_text_has_no_name() =>
        Assert.Equal(NameKind.BadCharacter, ChannelName.Classify([(byte)'a', 0xff], 256));

    [Theory]
    [InlineData("a.>", "a.b", true)]
    [InlineData("a.>", "a.b.c", true)]
    [InlineData("a.>", "a", false)]
    [InlineData(">", "a", true)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*", "a.b.c", false)]
    [InlineData("*.b", "a.b", true)]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.b", "a.bc", false)]
    [InlineData("a.b", "a", false)]
    [InlineData("a", "a.b", false)]
    public void A_filter_matches_as_the_broker_s_wildcards_do(string filter, string subject, bool matches) =>
        Assert.Equal(matches, new SubjectFilter(filter).Matches(Encoding.UTF8.GetBytes(subject)));
}
