using System.Text;

namespace WsFanout.Messages;

/// <summary>A NATS subject with wildcards, held against the bytes of a concrete subject.</summary>
internal sealed class SubjectFilter(string filter)
{
    private readonly byte[] _filter = Encoding.UTF8.GetBytes(filter);

    /// <summary>Whether <paramref name="subject"/> is among those that the filter names.</summary>
    public bool Matches(ReadOnlySpan<byte> subject)
    {
        ReadOnlySpan<byte> filter = _filter;
        while (true)
        {
            var wanted = NextToken(ref filter, out var filterEnds);
            if (wanted is [(byte)'>'] && filterEnds) return !subject.IsEmpty;

            var token = NextToken(ref subject, out var subjectEnds);
            if (wanted is not [(byte)'*'] && !wanted.SequenceEqual(token)) return false;
            if (filterEnds || subjectEnds) return filterEnds && subjectEnds;
        }
    }

    private static ReadOnlySpan<byte> NextToken(ref ReadOnlySpan<byte> rest, out bool last)
    {
        var dot = rest.IndexOf((byte)'.');
        last = dot < 0;
        var token = last ? rest : rest[..dot];
        rest = last ? [] : rest[(dot + 1)..];
        return token;
    }
}
