using System.Text;

namespace WsFanout.Tests.Tools;

/// <summary>What a command printed so far; a test can wait for a piece of it.</summary>
internal sealed class AwaitedText : TextWriter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Encoding Encoding => Encoding.UTF8;

    public string[] Lines => ToString().Split(NewLine, StringSplitOptions.RemoveEmptyEntries);

    public override void Write(char value) => Append(value.ToString());

    public override void Write(string? value) => Append(value ?? "");

    public override void WriteLine(string? value) => Append(value + NewLine);

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    public override string ToString()
    {
        lock (_gate) return _text.ToString();
    }

    /// <summary>Returns once <paramref name="piece"/> was printed; fails with what was printed instead.</summary>
    public async Task WaitForAsync(string piece)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_text.ToString().Contains(piece, StringComparison.Ordinal)) return;
                changed = _changed.Task;
            }
            try
            {
                await changed.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{piece}' was not printed within {Patience.TotalSeconds} s, but this was: {this}");
            }
        }
    }

    private void Append(string value)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _text.Append(value);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }
}
