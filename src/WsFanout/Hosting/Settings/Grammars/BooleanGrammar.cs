namespace WsFanout.Hosting.Settings.Grammars;

/// <summary><c>true</c> or <c>false</c>, in any case.</summary>
internal sealed class BooleanGrammar : Grammar<bool>
{
    public override string Expected => "true or false";

    public override Reading<bool> Read(string text) => text.ToLowerInvariant() switch
    {
        "true" => Reading<bool>.Of(true),
        "false" => Reading<bool>.Of(false),
        _ => Reading<bool>.Wrong(),
    };

    public override string Write(bool value) => value ? "true" : "false";
}
