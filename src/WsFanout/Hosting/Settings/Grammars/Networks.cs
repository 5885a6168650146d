using System.Net;

namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Address ranges such as <c>10.0.0.0/8</c>; a bare address is a range of one.</summary>
internal static class Networks
{
    public static ListGrammar<IPNetwork> Grammar { get; } =
        new("address ranges like 10.0.0.0/8 or fd00::/8, several by comma", Read, network => network.ToString());

    private static Reading<IPNetwork> Read(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
        {
            return Reading<IPNetwork>.Of(network);
        }

        var isAddress = IPAddress.TryParse(text, out var address);
        return isAddress && address is not null
            ? Reading<IPNetwork>.Of(new IPNetwork(address, address.GetAddressBytes().Length * 8))
            : Reading<IPNetwork>.Wrong("is no address and no address/length");
    }
}
