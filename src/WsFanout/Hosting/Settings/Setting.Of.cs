using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings;

/// <summary>A setting of one type, with its grammar and default.</summary>
internal sealed class Setting<T>(string name, Grammar<T> grammar, T fallback, string meaning) : Setting(name, meaning)
    where T : notnull
{
    public T Default { get; } = fallback;

    /// <summary>Values that are satisfied without the setting being active.</summary>
    public Func<T, bool> IsNothing { get; init; } = _ => false;

    public override string WrittenDefault => grammar.Write(Default);

    public override string Expected => grammar.Expected;

    public override string? ZeroMeaning => grammar.ZeroMeaning;

    /// <summary>What an empty text means, where that is not the default.</summary>
    public T? Empty { get; init; }

    internal override object BoxedDefault => Default;

    internal override object BoxedEmpty => Empty ?? Default;

    public string Write(T value) => grammar.Write(value);

    internal override object? Read(string text, out string? detail)
    {
        var reading = grammar.Read(text);
        detail = reading.Detail;
        return reading.IsValid ? (object?)reading.Value : null;
    }

    internal override string Write(object value) => grammar.Write((T)value);

    internal override bool AsksNothing(object value) => IsNothing((T)value);
}
