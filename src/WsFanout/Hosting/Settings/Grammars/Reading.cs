namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>What came of reading one text: a value, or what is wrong with the text.</summary>
/// <param name="IsValid">False: <paramref name="Value"/> means nothing.</param>
/// <param name="Value">The value read.</param>
/// <param name="Detail">Which part is wrong, when that is not plain from what is expected. Holds no secret.</param>
internal readonly record struct Reading<T>(bool IsValid, T? Value, string? Detail)
{
    public static Reading<T> Of(T value) => new(true, value, null);

    public static Reading<T> Wrong(string? detail = null) => new(false, default, detail);
}
