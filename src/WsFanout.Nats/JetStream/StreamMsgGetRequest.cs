namespace WsFanout.Nats;

/// <summary>Which stored message is looked at.</summary>
public sealed record StreamMsgGetRequest
{
    private StreamMsgGetRequest()
    {
    }

    public long? Seq { get; private init; }

    public string? NextBySubj { get; private init; }

    public string? LastBySubj { get; private init; }

    /// <summary>The one with this number.</summary>
    public static StreamMsgGetRequest Of(long seq) => new() { Seq = seq };

    /// <summary>The first with this number or a later one whose subject matches; wildcards are allowed.</summary>
    public static StreamMsgGetRequest Next(string subject, long fromSeq) => new() { Seq = fromSeq, NextBySubj = subject };

    /// <summary>The newest of a subject; wildcards are allowed.</summary>
    public static StreamMsgGetRequest Last(string subject) => new() { LastBySubj = subject };

    public override string ToString() => Seq is null ? $"last of '{LastBySubj}'" : NextBySubj is null ? $"{Seq}" : $"next of '{NextBySubj}' from {Seq}";
}
