namespace WsFanout.Planning.Calibration;

/// <summary>What a server pays for each thing that it does. Seconds are of one core, bytes of memory.</summary>
internal sealed record UnitCosts
{
    /// <summary>One message to one client, alone in its send.</summary>
    public required double SecondsPerDelivery { get; init; }

    /// <summary>One message taken in, whatever its subscribers.</summary>
    public required double SecondsPerMessage { get; init; }

    /// <summary>From a client's connect to its leaving.</summary>
    public required double SecondsPerHandshake { get; init; }

    /// <summary>The same with TLS; a refusal comes behind the same handshake.</summary>
    public required double SecondsPerTlsHandshake { get; init; }

    /// <summary>From the connect to the end of a client that is refused.</summary>
    public required double SecondsPerRefusal { get; init; }

    /// <summary>Cores that are taken with nobody there.</summary>
    public required double IdleCores { get; init; }

    /// <summary>Cores a connected client takes without messages: pings and housekeeping.</summary>
    public required double SecondsPerIdleClientSecond { get; init; }

    /// <summary>Process memory of a client under load, its queue among it.</summary>
    public required double BytesPerClient { get; init; }

    /// <summary>The same with TLS.</summary>
    public required double BytesPerTlsClient { get; init; }

    /// <summary>Kernel memory of its socket, which a container's limit counts too.</summary>
    public required double KernelBytesPerSocket { get; init; }

    /// <summary>Process memory with nobody there.</summary>
    public required double FixedBytes { get; init; }
}
