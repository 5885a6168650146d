using WsFanout.Clients;
using WsFanout.History;
using WsFanout.Messages;

namespace WsFanout.Fanout.Replays;

/// <summary>
/// What the History still holds of what a client missed, and what is lost. Judged once, before anything is replayed; what leaves the History
/// after that is noticed when the replay comes to it.
/// </summary>
/// <remarks>The worker's thread only, while the intake appends and evicts.</remarks>
internal sealed class Recovery
{
    /// <summary>Channels or messages looked at in one turn.</summary>
    public const int LooksPerTurn = 1000;

    /// <summary>Channels of one pattern that get a gap each; above, one gap of the pattern stands for all.</summary>
    private const int MostSingleGaps = 100;

    /// <summary>Messages past their age, of patterns' channels, that one replay remembers; above, gaps of the patterns stand for them.</summary>
    private const int MostKept = 1024;

    private readonly ReplayRange _range;
    private readonly LogPiece _first;
    private readonly long _floor;
    private readonly Row[] _rows;
    private readonly ChannelStarts _starts;
    private readonly List<(int Row, Loss Loss)> _losses = [];
    private readonly List<Message> _kept = [];

    private int _keptOfPatterns;

    public Recovery(ReplayRange range)
    {
        _range = range;
        _first = range.Window.Log.First;

        // The holes before the floor: one that is forgotten in between lies below it.
        Holes = range.Window.Holes;
        _floor = Math.Clamp(range.Window.Floor, range.Since, range.Mark.Sequence);
        _rows = new Row[range.Names.Count];
        _starts = new ChannelStarts(range, _floor);
    }

    /// <summary>The stream's own holes, in order; perhaps some outside the range.</summary>
    public IReadOnlyList<Hole> Holes { get; }

    /// <summary>Below it nothing is replayed and all is told as lost.</summary>
    public long Floor => _floor;

    /// <summary>Whether everything is held. After <see cref="Survey"/>.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>What is lost, in no order. After <see cref="Survey"/>.</summary>
    public IEnumerable<Loss> Losses => _losses.Select(loss => loss.Loss);

    /// <summary>Messages to be replayed that are past their age, in stream order, all below what is in the log. After <see cref="Survey"/>.</summary>
    public IReadOnlyList<Message> Kept => _kept;

    /// <summary>The names that something can be told of. After <see cref="Survey"/>.</summary>
    public IEnumerable<RecoveryRow> Rows
    {
        get
        {
            var hasHole = HasHole;
            for (var i = 0; i < _rows.Length; i++)
            {
                var isRecovered = !_rows[i].IsLost && !hasHole;
                if (_rows[i].Count > 0 || !isRecovered) yield return new RecoveryRow(_range.Names[i].Name, isRecovered, _range.Since + 1, _range.Mark.Sequence, _rows[i].Count);
            }
        }
    }

    private bool HasHole => Holes.Any(hole => hole.To > _floor && hole.To <= _range.Mark.Sequence);

    /// <summary>A walk over what may be replayed from the log.</summary>
    public LogWalk Walk() => new(_first, _floor);

    /// <summary>Above which sequence number a channel is replayed; <see cref="long.MaxValue"/>: not at all.</summary>
    public long StartOf(HeldChannel channel) => _starts.Of(channel).Start;

    /// <summary>Messages of a channel have left since the survey, up to this one.</summary>
    public void LostSince(HeldChannel channel, long sequence) => _starts.Lost(channel, sequence);

    /// <summary>Looks at all that is asked for. Yields when it has looked at enough for one turn.</summary>
    public IEnumerable<bool> Survey()
    {
        var looks = 0;
        for (var row = 0; row < _rows.Length; row++)
        {
            if (++looks % LooksPerTurn == 0) yield return true;
            if (!_range.Names[row].IsPattern) JudgeChannel(row);
        }

        foreach (var channel in _range.Names.Patterns.Count > 0 ? _range.Window.Channels : [])
        {
            if (++looks % LooksPerTurn == 0) yield return true;
            if (channel.LastSequence > _range.Since && _starts.Find(channel) is { Row: >= 0 } start && _range.Names[start.Row].IsPattern) Judge(start.Row, channel);
        }

        SumUp();
        _kept.Sort((a, b) => a.Sequence.CompareTo(b.Sequence));
        var kept = 0;
        for (var i = 0; i < _kept.Count; i++)
        {
            if (++looks % LooksPerTurn == 0) yield return true;
            var start = _starts.Find((HeldChannel)_kept[i].Channel);
            if (_kept[i].Sequence <= start.Start) continue;
            _rows[start.Row].Count++;
            _kept[kept++] = _kept[i];
        }

        _kept.RemoveRange(kept, _kept.Count - kept);
        for (var walk = Walk(); walk.MoveNext() && walk.Sequence <= _range.Mark.Sequence;)
        {
            if (++looks % LooksPerTurn == 0) yield return true;
            if (_starts.Of(walk.Channel) is { Row: >= 0 } start && walk.Sequence > start.Start && (walk.Message ?? walk.Channel.Find(walk.Sequence)) is not null) _rows[start.Row].Count++;
        }

        IsWhole = _losses.Count == 0 && !HasHole;
    }

    private void JudgeChannel(int row)
    {
        var name = _range.Names[row].Name;
        if (_range.Window.Find(name) is { } channel)
        {
            if (_starts.Find(channel).Row == row) Judge(row, channel);
            return;
        }

        var forgotten = Math.Min(Math.Max(_floor, _range.Window.ForgottenFloor), _range.Mark.Sequence);
        AddLoss(row, name, _range.Since + 1, forgotten);
        _starts.RowStartsAt(row, forgotten);
    }

    private void Judge(int row, HeldChannel channel)
    {
        // In this order: a message that leaves in between is found or counted as lost, or both.
        var newest = channel.Newest;
        var lost = Math.Min(Math.Max(_floor, channel.EvictedSequence), _range.Mark.Sequence);
        if (_range.Names[row].IsPattern)
        {
            JudgeOfPattern(ref _rows[row], row, channel, lost);
        }
        else
        {
            _starts.RowStartsAt(row, lost);
            AddLoss(row, channel.Name, _range.Since + 1, lost);
        }

        // Below the floor a channel may have its newest, for who asks for the last: that it had no other there, nobody knows.
        if (newest is not null && newest.Sequence > _floor && newest.Sequence <= Math.Min(_first.After, _range.Mark.Sequence)) Keep(newest, ref _rows[row], isOfPattern: _range.Names[row].IsPattern);
    }

    /// <summary>Of a pattern's channels all have lost what lies below the floor, which is told once; and when too many have lost more, that too.</summary>
    private void JudgeOfPattern(ref Row tally, int row, HeldChannel channel, long lost)
    {
        if (lost <= _floor) return;
        tally.LossesEnd = Math.Max(tally.LossesEnd, lost);
        if (++tally.Losses > MostSingleGaps) return;
        _starts.Lost(channel, lost);
        AddLoss(row, channel.Name, _floor + 1, lost);
    }

    private void Keep(Message newest, ref Row tally, bool isOfPattern)
    {
        if (isOfPattern && ++_keptOfPatterns > MostKept) tally.KeptEnd = Math.Max(tally.KeptEnd, newest.Sequence);
        else _kept.Add(newest);
    }

    private void AddLoss(int row, string name, long from, long to)
    {
        to = Math.Min(to, _range.Mark.Sequence);
        if (from > to) return;
        _rows[row].IsLost = true;
        _losses.Add((row, new Loss(name, from, to)));
    }

    /// <summary>One gap of each pattern for what can't be said of its channels one by one; the replay starts above it.</summary>
    private void SumUp()
    {
        var ends = new Dictionary<int, long>();
        foreach (var row in _range.Names.Patterns)
        {
            var upTo = Math.Max(_floor, Math.Min(_range.Window.ForgottenFloor, _range.Mark.Sequence));
            if (_rows[row].Losses > MostSingleGaps) upTo = Math.Max(upTo, _rows[row].LossesEnd);
            upTo = Math.Max(upTo, _rows[row].KeptEnd);
            if (upTo > _range.Since) ends.Add(row, upTo);
        }

        var above = _losses.Where(loss => ends.TryGetValue(loss.Row, out var upTo) && loss.Loss.To > upTo).ToArray();
        _losses.RemoveAll(loss => ends.ContainsKey(loss.Row));
        foreach (var (row, upTo) in ends)
        {
            AddLoss(row, _range.Names[row].Name, _range.Since + 1, upTo);
            _starts.RowStartsAt(row, upTo);
        }

        foreach (var (row, loss) in above) AddLoss(row, loss.Name, Math.Max(loss.From, ends[row] + 1), loss.To);
    }

    private struct Row
    {
        public bool IsLost;
        public int Count;

        // Of a pattern: channels that have lost something above the floor, and how far; and how far those reach that are not remembered.
        public int Losses;
        public long LossesEnd;
        public long KeptEnd;
    }
}
