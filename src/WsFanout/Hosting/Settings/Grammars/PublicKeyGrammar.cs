using WsFanout.Clients.Tokens;

namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>A public key that tokens can be checked with; kept as the text it was.</summary>
internal sealed class PublicKeyGrammar(int maxLength) : Grammar<string>
{
    public override string Expected => PublicKeyText.Expected;

    public override Reading<string> Read(string text)
    {
        if (text.Length > maxLength) return Reading<string>.Wrong($"it is longer than {maxLength} characters");
        return PublicKeyText.Read(text, out var problem) is null ? Reading<string>.Wrong(problem) : Reading<string>.Of(text);
    }

    public override string Write(string value) => value;
}
