namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Whole tokens without wildcards, each followed by a dot: <c>odin.token.</c></summary>
internal sealed class SubjectPrefixGrammar : Grammar<string>
{
    public override string Expected => "tokens without wildcards, each followed by a dot, like odin.token., or empty";

    public override Reading<string> Read(string text)
    {
        if (!text.EndsWith('.'))
        {
            return Reading<string>.Wrong("the dot at the end is missing");
        }

        var tokens = text[..^1].Split('.');
        return text.Length <= Subjects.MaxLength && tokens.All(token => token.Length > 0 && token.All(Subjects.IsTokenCharacter))
            ? Reading<string>.Of(text)
            : Reading<string>.Wrong();
    }

    public override string Write(string value) => value;
}
