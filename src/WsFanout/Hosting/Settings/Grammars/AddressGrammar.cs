namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>The address of a listener.</summary>
internal sealed class AddressGrammar : Grammar<ListenAddress>
{
    public override string Expected => "an address like :3002, 127.0.0.1:3002 or [::1]:3002";

    /// <summary>Stands for "none" where a variable may be empty; never the outcome of reading a text.</summary>
    public static ListenAddress None { get; } = new("", -1);

    public override Reading<ListenAddress> Read(string text) =>
        ListenAddress.Parse(text, out var problem) is { } address ? Reading<ListenAddress>.Of(address) : Reading<ListenAddress>.Wrong(problem);

    public override string Write(ListenAddress value) => value == None ? "" : value.ToString();
}
