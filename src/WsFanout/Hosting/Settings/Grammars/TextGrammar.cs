namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Text of bounded length in which every character passes a test.</summary>
/// <param name="expected">What is accepted, as the end of "must be …".</param>
/// <param name="maxLength">Characters.</param>
/// <param name="isLegal">The test of one character.</param>
internal sealed class TextGrammar(string expected, int maxLength, Func<char, bool> isLegal) : Grammar<string>
{
    public override string Expected => expected;

    /// <summary>Letters, digits, <c>_</c> and <c>-</c>: what is legal in a consumer's name and harmless everywhere else.</summary>
    public static TextGrammar Name(int maxLength) =>
        new($"1 to {maxLength} characters of A-Z a-z 0-9 _ -", maxLength, IsNameCharacter);

    /// <summary>Anything that is on one line.</summary>
    public static TextGrammar Line(int maxLength) =>
        new($"1 to {maxLength} characters without control characters", maxLength, c => !char.IsControl(c));

    public static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    public override Reading<string> Read(string text) =>
        text.Length <= maxLength && text.All(isLegal) ? Reading<string>.Of(text) : Reading<string>.Wrong();

    public override string Write(string value) => value;
}
