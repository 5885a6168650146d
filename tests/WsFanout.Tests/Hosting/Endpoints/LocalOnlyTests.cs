using System.Net;
using Microsoft.AspNetCore.Http;
using WsFanout.Hosting.Endpoints;

namespace WsFanout.Tests.Hosting.Endpoints;

public sealed class LocalOnlyTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void A_loopback_address_is_this_machine(string address) => Assert.Null(LocalOnly.Objection(Request(address)));

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("128.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::2")]
    [InlineData("fe80::1")]
    [InlineData(null)]
    public void Any_other_is_not_whatever_host_it_asks_for(string? address) =>
        Assert.Equal("it does not come from this machine", LocalOnly.Objection(Request(address)));

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:3002", true)]
    [InlineData("127.0.0.2", true)]
    [InlineData("[::1]", true)]
    [InlineData("", false)]
    [InlineData("localhost.", false)]
    [InlineData("localhost.evil.io", false)]
    [InlineData("127.0.0.1.evil.io", false)]
    [InlineData("evil.io", false)]
    [InlineData("10.0.0.1", false)]
    public void The_host_must_be_a_loopback_name(string host, bool isLocal)
    {
        var request = Request("127.0.0.1");
        request.Request.Host = new HostString(host);

        Assert.Equal(isLocal, LocalOnly.Objection(request) is null);
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("FORWARDED")]
    [InlineData("via")]
    [InlineData("x-real-ip")]
    [InlineData("x-forwarded-anything")]
    [InlineData("x-forwarded-by")]
    [InlineData("sec-fetch-site")]
    public void A_header_of_a_proxy_or_a_page_is_named_even_when_it_is_empty(string header)
    {
        var request = Request("127.0.0.1");
        request.Request.Headers.TryAdd(header, "");

        Assert.Contains(header, LocalOnly.Objection(request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cross-site", false)]
    [InlineData("same-site", false)]
    [InlineData("same-origin", true)]
    [InlineData("none", true)]
    public void A_page_of_another_site_is_none_of_this_machine_s_programs(string site, bool isLocal)
    {
        var request = Request("127.0.0.1");
        request.Request.Headers.TryAdd("sec-fetch-site", site);

        Assert.Equal(isLocal, LocalOnly.Objection(request) is null);
    }

    private static DefaultHttpContext Request(string? address)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        context.Request.Host = new HostString("localhost");
        return context;
    }
}
