using System.Net;
using Microsoft.Extensions.Primitives;
using WsFanout.Governor.Entry;

namespace WsFanout.Tests.Governor.Entry;

public sealed class ForwardedForTests
{
    private const string Proxy = "10.0.0.1";

    private static readonly ForwardedFor Forwarded = new([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8:f::/48")]);

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.7", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "198.51.100.7", "192.0.2.1")]
    [InlineData(Proxy, "198.51.100.7", "198.51.100.7")]
    [InlineData("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7")]
    [InlineData("2001:db8:f::9", "198.51.100.7", "198.51.100.7")]
    [InlineData(Proxy, "203.0.113.66, 198.51.100.7", "198.51.100.7")]
    [InlineData(Proxy, "203.0.113.66, 198.51.100.7, 10.9.9.9", "198.51.100.7")]
    [InlineData(Proxy, "203.0.113.66,198.51.100.7,2001:db8:f::1 ,\t10.9.9.9", "198.51.100.7")]
    [InlineData(Proxy, "10.3.3.3, 10.2.2.2", "10.3.3.3")]
    [InlineData(Proxy, null, Proxy)]
    public void The_first_address_from_the_end_that_is_not_trusted_counts_and_only_a_trusted_peer_is_believed(string peer, string? header, string client) =>
        Assert.Equal(client, ClientOf(peer, header));

    [Theory]
    [InlineData("198.51.100.7:4711", "198.51.100.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("2001:DB8:0::7", "2001:db8::7")]
    [InlineData("[2001:db8::7]", "2001:db8::7")]
    [InlineData("[2001:db8::7]:443", "2001:db8::7")]
    [InlineData("::ffff:198.51.100.7", "198.51.100.7")]
    [InlineData("[::ffff:198.51.100.7]:9", "198.51.100.7")]
    public void Addresses_are_read_with_brackets_and_ports(string header, string client) => Assert.Equal(client, ClientOf(Proxy, header));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("unknown")]
    [InlineData("_hidden")]
    [InlineData("7")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.0.0.7")]
    [InlineData("192.0.2.1.5")]
    [InlineData("192.0.2.1:")]
    [InlineData("192.0.2.1:80x")]
    [InlineData("192.0.2.1:123456")]
    [InlineData("[2001:db8::7")]
    [InlineData("[2001:db8::7]x")]
    [InlineData("[192.0.2.1]:80")]
    [InlineData("2001:db8::7%eth0")]
    [InlineData("\"[2001:db8::7]\"")]
    [InlineData("for=192.0.2.1")]
    [InlineData("198.51.100.7 192.0.2.1")]
    public void Garbage_ends_the_walk_at_what_was_believed_before_it(string garbage)
    {
        Assert.Equal(Proxy, ClientOf(Proxy, garbage));
        Assert.Equal("10.2.2.2", ClientOf(Proxy, $"203.0.113.66, {garbage}, 10.2.2.2"));
        Assert.Equal("198.51.100.7", ClientOf(Proxy, $"{garbage}, 198.51.100.7"));
    }

    [Fact]
    public void Fifty_entries_are_walked_and_no_more()
    {
        var fifty = string.Join(',', Enumerable.Repeat("10.1.1.1", 49).Prepend("198.51.100.7"));

        Assert.Equal("198.51.100.7", ClientOf(Proxy, fifty));
        Assert.Equal("10.1.1.1", ClientOf(Proxy, fifty.Replace("198.51.100.7", "198.51.100.7,10.1.1.1", StringComparison.Ordinal)));
    }

    [Fact]
    public void Several_header_lines_are_one_list() =>
        Assert.Equal("198.51.100.7", Forwarded.ClientOf(IPAddress.Parse(Proxy), new StringValues(["203.0.113.66", "198.51.100.7", "10.2.2.2, 10.3.3.3"])).ToString());

    [Fact]
    public void Nobody_is_believed_unless_a_proxy_is_named() =>
        Assert.Equal("127.0.0.1", new ForwardedFor([]).ClientOf(IPAddress.Loopback, "198.51.100.7").ToString());

    private static string ClientOf(string peer, string? header) => Forwarded.ClientOf(IPAddress.Parse(peer), header).ToString();
}
