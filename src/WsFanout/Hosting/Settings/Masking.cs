namespace WsFanout.Hosting.Settings;

/// <summary>How a value may be shown: secrets never, the rest short and on one line.</summary>
internal static class Masking
{
    public const string Mask = "***";

    private const int MaxShown = 80;

    /// <summary>A value as it may stand in a message, without its quotes.</summary>
    /// <param name="setting">Whose value it is.</param>
    /// <param name="given">As it came; what came by file is taken for a secret whatever its name.</param>
    public static string Show(Setting setting, GivenValue given) =>
        setting.IsSecret || given.IsFromFile ? Mask : OneLine(setting.HoldsUserInfo ? WithoutUserInfo(given.Text) : given.Text);

    /// <summary>Control characters replaced, the rest cut at a length that keeps a message readable.</summary>
    public static string OneLine(string text)
    {
        var shown = text.Length <= MaxShown ? text : $"{text.AsSpan(0, MaxShown)}… ({text.Length} characters)";
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }

    // The text may be malformed anywhere: up to the last @ everything may be somebody's password.
    private static string WithoutUserInfo(string text)
    {
        var at = text.LastIndexOf('@');
        return at < 0 ? text : $"{Mask}{text[at..]}";
    }
}
