namespace WsFanout.Hosting.Settings.Grammars;

/// <summary>Several of one kind, separated by commas, white space around them ignored.</summary>
/// <param name="expected">What is accepted, as the end of "must be …".</param>
/// <param name="readOne">Reads one entry; its detail says what is wrong without repeating a secret.</param>
/// <param name="writeOne">Writes one entry, user information masked.</param>
internal sealed class ListGrammar<T>(string expected, Func<string, Reading<T>> readOne, Func<T, string> writeOne) : Grammar<IReadOnlyList<T>>
    where T : notnull
{
    private const int MaxEntries = 256;

    public override string Expected => expected;

    public override Reading<IReadOnlyList<T>> Read(string text)
    {
        var entries = text.Split(',', StringSplitOptions.TrimEntries);
        if (entries.Length > MaxEntries)
        {
            return Reading<IReadOnlyList<T>>.Wrong($"{entries.Length} entries, at most {MaxEntries} are taken");
        }

        var values = new List<T>(entries.Length);
        foreach (var entry in entries)
        {
            var reading = entry.Length == 0 ? Reading<T>.Wrong("is empty") : readOne(entry);
            if (!reading.IsValid || reading.Value is null)
            {
                return Reading<IReadOnlyList<T>>.Wrong($"entry {values.Count + 1} {reading.Detail ?? "is not one"}");
            }

            values.Add(reading.Value);
        }

        return Reading<IReadOnlyList<T>>.Of(values);
    }

    public override string Write(IReadOnlyList<T> value) => string.Join(',', value.Select(writeOne));
}
