namespace WsFanout.Planning.Calibration;

/// <summary>One cost of a calibration file: its name there and what is no absurd value of it.</summary>
/// <param name="Name">As it stands under <c>costs</c>.</param>
/// <param name="Least">Smallest value taken.</param>
/// <param name="Most">Largest value taken.</param>
internal readonly record struct CostField(string Name, double Least, double Most)
{
    private const double Gigabyte = 1L << 30;

    public static readonly CostField Delivery = new("secondsPerDelivery", 1e-8, 0.1);
    public static readonly CostField Message = new("secondsPerMessage", 0, 1);
    public static readonly CostField Handshake = new("secondsPerHandshake", 1e-6, 1);
    public static readonly CostField TlsHandshake = new("secondsPerTlsHandshake", 1e-6, 1);
    public static readonly CostField Refusal = new("secondsPerRefusal", 1e-6, 1);
    public static readonly CostField Idle = new("idleCores", 0, 16);
    public static readonly CostField IdleClient = new("secondsPerIdleClientSecond", 0, 0.01);
    public static readonly CostField ClientBytes = new("bytesPerClient", 256, 1 << 26);
    public static readonly CostField TlsClientBytes = new("bytesPerTlsClient", 256, 1 << 26);
    public static readonly CostField KernelBytes = new("kernelBytesPerSocket", 0, 1 << 24);
    public static readonly CostField Fixed = new("fixedBytes", 0, 64 * Gigabyte);

    public static IReadOnlyList<CostField> All { get; } =
        [Delivery, Message, Handshake, TlsHandshake, Refusal, Idle, IdleClient, ClientBytes, TlsClientBytes, KernelBytes, Fixed];
}
