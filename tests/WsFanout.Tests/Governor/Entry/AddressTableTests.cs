using System.Net;
using WsFanout.Governor.Entry;

namespace WsFanout.Tests.Governor.Entry;

public sealed class AddressTableTests
{
    private static readonly AddressKey Somebody = Key("192.0.2.1");

    private readonly TestClock _clock = new();

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "::c000:201", false)]
    [InlineData("0.0.0.1", "0:0:0:1::", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void An_IPv4_address_counts_alone_and_an_IPv6_one_with_its_64(string one, string other, bool together) =>
        Assert.Equal(together, Key(one) == Key(other));

    [Fact]
    public void Each_address_has_a_burst_and_a_rate_of_its_own()
    {
        var table = new AddressTable(perSecond: 2, burst: 3, _clock);

        Assert.Equal(3, Takes(table, Somebody));
        Assert.Equal(3, Takes(table, Key("2001:db8::1")));
        _clock.Advance(TimeSpan.FromSeconds(1.01));
        Assert.Equal(2, Takes(table, Somebody));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(3, Takes(table, Somebody));
    }

    [Fact]
    public void What_is_given_back_can_be_taken_again()
    {
        var table = new AddressTable(perSecond: 0.01, burst: 3, _clock);
        Takes(table, Somebody);

        table.GiveBack(Somebody);
        table.GiveBack(Key("198.51.100.1"));

        Assert.Equal(1, Takes(table, Somebody));
    }

    [Fact]
    public void Who_is_refused_comes_back_within_the_time_that_the_rate_takes_for_all_who_are_refused()
    {
        var table = new AddressTable(perSecond: 2, burst: 1, _clock);
        Takes(table, Somebody);

        double last = 0;
        for (var i = 0; i < 20; i++) table.TryTake(Somebody, out last);

        Assert.Equal(10.5, last, 1);
    }

    [Fact]
    public void Addresses_whose_bucket_is_full_again_make_room_and_the_limited_one_is_remembered()
    {
        var table = new AddressTable(perSecond: 1, burst: 10, _clock);
        for (uint i = 0; i < 40_000; i++)
        {
            // Everybody takes one and is full again a second later; the one who took all is not for ten.
            if (i % 4_000 == 0) Takes(table, Somebody);
            Assert.True(table.TryTake(new AddressKey(0x0a000000 + i, true), out _));
            if (i % 100 == 99) _clock.Advance(TimeSpan.FromSeconds(1));
            if (i % 4_000 == 500) Assert.InRange(Takes(table, Somebody), 4, 6);
        }
    }

    [Fact]
    public void When_more_are_limited_than_the_table_holds_it_does_not_grow_and_the_nearest_to_full_is_forgotten()
    {
        var table = new AddressTable(perSecond: 0.01, burst: 3, _clock);
        Assert.Equal(3, Takes(table, Somebody));

        // Far more than fit, each of which has taken less.
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong i = 1; i < 10 * AddressTable.MostAddresses; i++) table.TryTake(new AddressKey(i << 16, false), out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, Takes(table, Somebody));
        Assert.InRange(allocated, 0, 10_000);
    }

    private static AddressKey Key(string address) => AddressKey.Of(IPAddress.Parse(address));

    private static int Takes(AddressTable table, AddressKey address)
    {
        var taken = 0;
        while (table.TryTake(address, out _)) taken++;
        return taken;
    }
}
