using System.Globalization;

namespace WsFanout.Tools;

/// <summary>What the codes at the end of a connection mean for a client, by PROTOCOL.md.</summary>
internal static class CloseCode
{
    /// <summary>True when coming back makes no sense. A token is not something the tools can refresh, so 4110 is among them.</summary>
    public static bool IsFinal(int code) => code is 1000 or 1002 or 1003 or 1007 or 1009 or 4110 or (>= 4500 and <= 4599);

    /// <summary>Code and meaning for people.</summary>
    public static string Describe(int code) => code switch
    {
        1000 => "1000 the server ended the connection",
        1001 => "1001 the server goes away",
        1002 => "1002 protocol error",
        1003 => "1003 binary frame",
        1007 => "1007 invalid UTF-8",
        1009 => "1009 message too large",
        4100 => "4100 the server is overloaded",
        4101 => "4101 this client reads too slowly",
        4102 => "4102 no life sign arrived at the server",
        4103 => "4103 too many requests",
        4104 => "4104 fault in the server",
        4110 => "4110 the token has expired",
        4200 => "4200 the server is being stopped",
        4201 => "4201 the connection has reached its age",
        4500 => "4500 unauthorized",
        4501 => "4501 forbidden",
        4502 => "4502 too many bad requests",
        _ => code.ToString(CultureInfo.InvariantCulture),
    };
}
