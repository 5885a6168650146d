using System.Text.Json;

namespace WsFanout.Tools;

/// <summary>
/// What a client has seen of the stream, by the rules for clients of PROTOCOL.md: its position, the last message of each channel,
/// the gaps it was told about. It is given every request that goes out and every frame that comes in, and outlives connections.
/// </summary>
/// <remarks>
/// Thread safety: one receive loop. The same rules as the Tracker of <c>/client.js</c>: <c>client-rules.json</c> is played to both.
/// </remarks>
internal sealed class ClientPosition
{
    // Receive loop only.
    private readonly RememberedChannels _channels;
    private readonly AnnouncedGaps _gaps;
    private readonly Dictionary<int, AskedSubscription> _unanswered = [];
    private readonly HashSet<int> _resuming = [];
    private readonly Dictionary<string, long> _starts = [];
    private bool _lookingBack;

    /// <param name="resume">Where an earlier client of the same channels stopped.</param>
    /// <param name="maxChannels">Channels remembered; what happens beyond says <see cref="RememberedChannels"/>.</param>
    /// <param name="maxGaps">Gaps remembered; what happens beyond says <see cref="AnnouncedGaps"/>.</param>
    public ClientPosition(ResumePoint? resume = null, int maxChannels = 50_000, int maxGaps = 1_000)
    {
        Resume = resume;
        _channels = new RememberedChannels(maxChannels);
        _gaps = new AnnouncedGaps(maxGaps);
    }

    /// <summary>Point to resume from; <see langword="null"/> before the first subscription was acknowledged.</summary>
    public ResumePoint? Resume { get; private set; }

    /// <summary>A new connection begins, on which these names are going to be asked for: nothing is on its way any more.</summary>
    public void Connecting(IEnumerable<string> names)
    {
        _unanswered.Clear();
        _resuming.Clear();
        _lookingBack = false;
        Leave([.. _starts.Keys.Except(names)]);
    }

    /// <summary>A <c>subscribe</c> goes out. With a point to resume from the position stands still there until its <c>sync</c>.</summary>
    public void Asked(int id, AskedSubscription subscription)
    {
        _unanswered[id] = subscription;
        if (subscription.From is not { } from) return;

        _resuming.Add(id);
        if (Resume is null || from.Since < Resume.Since) Resume = from;
    }

    /// <summary>A frame came in; types and fields that are not known are ignored.</summary>
    /// <returns>What a message's numbers prove; <see langword="null"/> for other frames.</returns>
    /// <exception cref="JsonException">A field that the rules need is missing.</exception>
    public MessageVerdict? Take(JsonElement frame)
    {
        switch (FrameField.Text(frame, "type"))
        {
            case "message":
                return Message(FrameField.Text(frame, "channel"), FrameField.Number(frame, "seq"), FrameField.Number(frame, "prev"), FrameField.Number(frame, "ts"));
            case "position":
                Advance(FrameField.Number(frame, "seq"), FrameField.Number(frame, "ts"));
                break;
            case "sync":
                if (FrameField.Id(frame) is { } synced) _resuming.Remove(synced);
                Advance(FrameField.Number(frame, "seq"), FrameField.Number(frame, "ts"));
                break;
            case "subscription_ack":
                Subscribed(FrameField.Id(frame), FrameField.Texts(frame, "subscribed"), FrameField.Point(frame));
                break;
            case "unsubscription_ack":
                Leave(FrameField.Texts(frame, "unsubscribed"));
                break;
            case "gap":
                _gaps.Add(FrameField.TextIfAny(frame, "channel"), FrameField.Number(frame, "from"), FrameField.Number(frame, "to"));
                break;
            case "reset":
                Reset(FrameField.Point(frame));
                break;
            case "replay_begin":
                _lookingBack = true;
                break;
            case "replay_complete":
                _lookingBack = false;
                break;
            case "error":
                Refused(FrameField.Id(frame), FrameField.Text(frame, "code"));
                break;
        }
        return null;
    }

    private MessageVerdict Message(string channel, long seq, long prev, long at)
    {
        if (_lookingBack) return MessageVerdict.Replayed;

        var last = _channels.LastOf(channel);
        if (seq <= last) return MessageVerdict.Duplicate;

        // Of a channel not seen yet only what came after the subscription can be missing.
        var whole = prev == 0 || (last is null ? prev <= StartOf(channel) : prev == last) || _gaps.Cover(channel, prev);
        _channels.Remember(channel, seq);
        Advance(seq, at);
        return whole ? MessageVerdict.New : MessageVerdict.NewAfterLoss;
    }

    private long StartOf(string channel)
    {
        var start = long.MaxValue;
        foreach (var (name, from) in _starts)
        {
            if (from < start && SubscriptionName.Covers(name, channel)) start = from;
        }
        return Math.Max(start, _channels.Forgotten);
    }

    private void Advance(long seq, long at)
    {
        if (Resume is null || _resuming.Count > 0 || seq <= Resume.Since) return;

        Resume = Resume with { Since = seq, At = at };
    }

    private void Subscribed(int? id, IReadOnlyList<string> names, ResumePoint position)
    {
        AskedSubscription? asked = null;
        if (id is { } known) _unanswered.Remove(known, out asked);
        Resume ??= position;
        foreach (var name in names) _starts.TryAdd(name, asked?.From?.Since ?? position.Since);
        if (asked is not null) Leave([.. asked.Names.Except(names)]);
    }

    // Before its ack an error means the whole request. One that came too early is asked again, and the position waits for it.
    private void Refused(int? id, string code)
    {
        if (code == "rate_limited" || id is not { } known || !_unanswered.Remove(known, out var asked)) return;

        _resuming.Remove(known);
        Leave(asked.Names);
    }

    // What isn't subscribed any more is not followed: a later subscription begins anew.
    private void Leave(IReadOnlyCollection<string> names)
    {
        if (names.Count == 0) return;

        foreach (var name in names) _starts.Remove(name);
        var patterns = _starts.Keys.Where(SubscriptionName.IsPattern).ToArray();
        _channels.Keep(channel => _starts.ContainsKey(channel) || Array.Exists(patterns, pattern => SubscriptionName.Covers(pattern, channel)));
    }

    private void Reset(ResumePoint position)
    {
        Resume = position;
        _channels.Clear();
        _gaps.Clear();
        foreach (var name in _starts.Keys.ToArray()) _starts[name] = position.Since;
    }
}
