using System.Text;
using WsFanout.Messages;

namespace WsFanout.Intake;

/// <summary>Which subjects of the stream are served, and as what channel: those that match, start with the prefix, and leave a legal name.</summary>
internal sealed class ServedSubjects(StreamOptions options)
{
    private readonly SubjectFilter[] _filters = [.. options.Subjects.Select(subject => new SubjectFilter(subject))];
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(options.SubjectPrefix);

    /// <summary>What is left of a subject behind the prefix; empty when it doesn't start with it.</summary>
    public ReadOnlySpan<byte> ChannelOf(ReadOnlySpan<byte> subject) => subject.StartsWith(_prefix) ? subject[_prefix.Length..] : [];

    /// <summary>Why a subject is not served.</summary>
    /// <returns>One of <see cref="Telemetry.IntakeMetrics.SkipReasons"/>; null when it is served.</returns>
    public string? Refusal(ReadOnlySpan<byte> subject)
    {
        if (!Matches(subject)) return "subject";
        if (!subject.StartsWith(_prefix)) return "prefix";
        return ChannelName.Classify(ChannelOf(subject), options.MaxChannelLength) == NameKind.Channel ? null : "channel";
    }

    /// <summary>The subject of a channel.</summary>
    public string SubjectOf(string channel) => options.SubjectPrefix + channel;

    private bool Matches(ReadOnlySpan<byte> subject)
    {
        foreach (var filter in _filters)
        {
            if (filter.Matches(subject)) return true;
        }

        return false;
    }
}
