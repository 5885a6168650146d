namespace WsFanout.Governor.Entry;

/// <summary>What accepting one connection took from the budget of refusals, until it is known whether it was one.</summary>
/// <remarks>Any thread. A connection that never asks for anything has cost what it was charged.</remarks>
internal sealed class AcceptCharge(AcceptPace pace)
{
    // By Interlocked.
    private int _isSettled;

    /// <summary>The connection was let in, or served something else.</summary>
    public void Served()
    {
        if (Interlocked.Exchange(ref _isSettled, 1) == 0) pace.GiveBack();
    }

    /// <summary>It was refused: the first time that is what it was charged for.</summary>
    public void Refused()
    {
        if (Interlocked.Exchange(ref _isSettled, 1) != 0) pace.Spend();
    }
}
