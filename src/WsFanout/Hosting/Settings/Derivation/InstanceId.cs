using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>Names a process to the broker when nobody else does.</summary>
internal static class InstanceId
{
    private const int MaxHostLength = 40;

    /// <summary>Host name, cut and with strange characters replaced, then the suffix.</summary>
    public static Derived<string> Make(string hostName, string suffix)
    {
        var host = hostName[..Math.Min(hostName.Length, MaxHostLength)];
        var legal = string.Concat(host.Select(c => TextGrammar.IsNameCharacter(c) ? c : '-'));
        return new($"{(legal.Length > 0 ? legal : "host")}-{suffix}", "host name + random");
    }
}
