namespace WsFanout.Governor.Entry;

/// <summary>One client's place. Given back once, however often it is disposed.</summary>
internal sealed class SlotLease(ConnectionSlots slots) : IDisposable
{
    // By Interlocked.
    private int _givenBack;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _givenBack, 1) == 0) slots.GiveBack();
    }

    /// <summary>Passes the place on: from here on it is given back by calling the result, once, and this lease means nothing.</summary>
    /// <exception cref="InvalidOperationException">It has been given back.</exception>
    public Action PassOn() =>
        Interlocked.Exchange(ref _givenBack, 1) == 0 ? slots.GivesBack : throw new InvalidOperationException("the place has been given back");
}
