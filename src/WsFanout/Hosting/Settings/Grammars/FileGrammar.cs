namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>The path of a file that is there.</summary>
internal sealed class FileGrammar : Grammar<string>
{
    private const int MaxPathLength = 4096;

    public override string Expected => "the path of a file that exists";

    public override Reading<string> Read(string text) =>
        text.Length <= MaxPathLength && File.Exists(text) ? Reading<string>.Of(text) : Reading<string>.Wrong();

    public override string Write(string value) => value;
}
