namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>How one kind of setting is written: reads it, writes it, and says what is accepted.</summary>
/// <remarks>Immutable; used from any thread.</remarks>
internal abstract class Grammar<T>
    where T : notnull
{
    /// <summary>What is accepted, as the end of "must be …".</summary>
    public abstract string Expected { get; }

    /// <summary>What 0 means, where it is no quantity like any other.</summary>
    public virtual string? ZeroMeaning => null;

    /// <summary>Reads a text that is not empty. Never throws.</summary>
    public abstract Reading<T> Read(string text);

    /// <summary>The value as <see cref="Read"/> takes it, user information masked.</summary>
    public abstract string Write(T value);
}
