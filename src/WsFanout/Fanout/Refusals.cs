using System.Globalization;
using WsFanout.Clients;
using WsFanout.Messages;

namespace WsFanout.Fanout;

/// <summary>The errors of one request, one a name, as long as they fit in a part of the client's queue; the rest in one sentence.</summary>
/// <remarks>A request may carry thousands of bad names: its answers must not fill the queue of a client that reads well.</remarks>
internal sealed class Refusals(AnswerWriter answers, byte[]? id, long maxBytes)
{
    private readonly List<Frame> _frames = [];
    private long _bytes;
    private int _further;

    /// <summary>What to send, in the order of the names.</summary>
    public IEnumerable<Frame> Frames => _further == 0
        ? _frames
        : _frames.Append(answers.Error(id, ErrorCode.InvalidRequest, $"{_further.ToString(CultureInfo.InvariantCulture)} further names were refused as well"));

    public void Add(string code, string message)
    {
        var frame = _bytes < maxBytes ? answers.Error(id, code, message) : null;
        if (frame is null)
        {
            _further++;
            return;
        }

        _bytes += frame.Length;
        _frames.Add(frame);
    }
}
