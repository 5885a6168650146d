namespace WsFanout.Hosting.Settings;

/// <summary>One variable: a row of the catalogue from which errors, <c>/config</c> and the documents are made.</summary>
internal abstract class Setting(string name, string meaning)
{
    public string Name { get; } = name;

    /// <summary>One or two sentences for <c>/config</c> and the documents.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>Never shown, nowhere.</summary>
    public bool IsSecret { get; init; }

    /// <summary>What stands before an <c>@</c> in it is never shown.</summary>
    public bool HoldsUserInfo { get; init; }

    /// <summary>An empty value means the same as none; for all others it is an error, as it is mostly an expansion that failed.</summary>
    public bool TakesEmpty { get; init; }

    /// <summary>The default as the documents name it, where the value alone would not do.</summary>
    public string? DefaultNote { get; init; }

    public string DefaultText => DefaultNote ?? (WrittenDefault.Length > 0 ? WrittenDefault : TakesEmpty ? "empty" : "–");

    /// <summary>The default in the variable's own grammar; empty when there is none.</summary>
    public abstract string WrittenDefault { get; }

    /// <summary>What is accepted, as the end of "must be …".</summary>
    public abstract string Expected { get; }

    /// <summary>What 0 means, where it is no quantity like any other.</summary>
    public abstract string? ZeroMeaning { get; }

    internal abstract object BoxedDefault { get; }

    /// <summary>What an empty text means, where it is taken.</summary>
    internal abstract object BoxedEmpty { get; }

    /// <returns>The value, or null and possibly which part of the text is wrong.</returns>
    internal abstract object? Read(string text, out string? detail);

    internal abstract string Write(object value);

    /// <summary>Whether this value asks for nothing: unlimited, off, any.</summary>
    internal abstract bool AsksNothing(object value);
}
