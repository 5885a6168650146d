namespace WsFanout.Clients;

/// <summary>
/// What a delivery needs of a client, apart from its record: 24 bytes, side by side for all clients of a worker. A walk over them meets memory in
/// its order, where one over the records would wait for each of them.
/// </summary>
internal struct Lane(Client client)
{
    // One more than the descriptor, so that a lane that nobody has set up is closed.
    private int _openSocket;

    /// <summary>Whose it is.</summary>
    public readonly Client Client => client;

    /// <summary>Messages of the worker's present batch that the client is owed, one bit each: several matching subscriptions make one delivery.</summary>
    public ulong Due { get; set; }

    /// <summary>The socket that takes what is due without a look at the client's record, or -1: something waits, the socket is full or no more, or the wire takes nothing but queues.</summary>
    public int OpenSocket
    {
        readonly get => _openSocket - 1;
        set => _openSocket = value + 1;
    }

    /// <summary>Whether it has been given a message since the last look at it: that has told it a position.</summary>
    public bool WasGivenOfLate { get; set; }

    /// <summary>It has been given a message, or several.</summary>
    public void NoteGiven() => WasGivenOfLate = true;

    /// <summary>From now on the client's record has to be asked first.</summary>
    public void Close() => _openSocket = 0;
}
