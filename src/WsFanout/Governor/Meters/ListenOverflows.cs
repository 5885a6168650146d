namespace WsFanout.Governor.Meters;

/// <summary>Connections that the kernel dropped because a listener's backlog was full, of every listener of the network namespace.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class ListenOverflows
{
    private readonly SmallFile? _counters;
    private readonly RisingTotal _total = new();

    /// <param name="root">Directory that stands for <c>/</c>.</param>
    public ListenOverflows(string root)
    {
        _counters = SmallFile.IfReadable(root, "/proc/net/netstat");
        _total.Take(Now());
    }

    /// <summary>Connections since the start of the server; not a number where the system doesn't tell.</summary>
    public double Count()
    {
        _total.Take(Now());
        return _total.Value;
    }

    // Two lines of one name: the columns, then their values.
    private double? Now()
    {
        if (_counters is null) return null;
        var text = _counters.Read();
        var names = SmallFile.Line(text, "TcpExt:"u8);
        if (names.IsEmpty) return null;

        var values = SmallFile.Line(text[(text.IndexOf(names) + names.Length)..], "TcpExt:"u8);
        for (var column = 0; ; column++)
        {
            var name = SmallFile.Word(names, column);
            if (name.IsEmpty) return null;
            if (name.SequenceEqual("ListenOverflows"u8)) return SmallFile.NumberAt(SmallFile.Word(values, column));
        }
    }
}
