namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>One word of a closed set, in any case.</summary>
internal sealed class ChoiceGrammar<T>(params (string Word, T Value)[] choices) : Grammar<T>
    where T : notnull
{
    /// <summary>Words that other programs use for the same; taken, but not offered.</summary>
    public IReadOnlyDictionary<string, T> Aliases { get; init; } = new Dictionary<string, T>();

    public override string Expected => string.Join(" or ", choices.Select(choice => choice.Word));

    public override Reading<T> Read(string text)
    {
        foreach (var (word, value) in choices)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return Reading<T>.Of(value);
            }
        }

        return Aliases.TryGetValue(text.ToLowerInvariant(), out var alias) ? Reading<T>.Of(alias) : Reading<T>.Wrong();
    }

    public override string Write(T value) => choices.First(choice => choice.Value.Equals(value)).Word;
}
