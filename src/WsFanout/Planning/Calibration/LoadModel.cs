using System.Globalization;

namespace WsFanout.Planning.Calibration;

/// <summary>
/// What a load costs and how many clients fit, by one calibration. The server's automatic values and <c>wsfanout plan</c> both come from here.
/// </summary>
/// <param name="calibration">Where the costs come from.</param>
/// <param name="isTls">Whether clients come by TLS.</param>
internal sealed class LoadModel(CalibrationFile calibration, bool isTls)
{
    // A quotient that is whole but for the rounding of its factors is taken for whole.
    private const double Rounding = 1e-12;

    // Wider, because what was rounded to a whole by the above is multiplied again before it is compared.
    private const double ComparedWithin = 1e-10;

    private UnitCosts Costs => calibration.Costs;

    /// <summary>What the calibration is called in formulas.</summary>
    public string Name => calibration.Name;

    public CalibrationFile Calibration => calibration;

    public bool IsTls => isTls;

    public double IdleCores => Costs.IdleCores;

    public double SecondsPerDelivery => Costs.SecondsPerDelivery;

    public double SecondsPerMessage => Costs.SecondsPerMessage;

    public double SecondsPerHandshake => isTls ? Costs.SecondsPerTlsHandshake : Costs.SecondsPerHandshake;

    /// <summary>With TLS a refusal comes behind the whole handshake.</summary>
    public double SecondsPerRefusal => isTls ? Costs.SecondsPerTlsHandshake : Costs.SecondsPerRefusal;

    public double FixedBytes => Costs.FixedBytes;

    public double KernelBytesPerSocket => Costs.KernelBytesPerSocket;

    /// <summary>Memory of a client, the kernel's part among it.</summary>
    public double BytesPerClient => (isTls ? Costs.BytesPerTlsClient : Costs.BytesPerClient) + Costs.KernelBytesPerSocket;

    /// <summary>idle + clients × (idle client + rate × delivery) + messages × message.</summary>
    /// <param name="clients">Connected.</param>
    /// <param name="ratePerClient">Messages a second that each of them gets.</param>
    /// <param name="messagesPerSecond">Messages a second that are taken in.</param>
    /// <returns>Cores.</returns>
    public double Cores(double clients, double ratePerClient, double messagesPerSecond) =>
        Costs.IdleCores + (clients * CoresPerClient(ratePerClient)) + (messagesPerSecond * Costs.SecondsPerMessage);

    /// <summary>idle client + rate × delivery.</summary>
    public double CoresPerClient(double ratePerClient) => Costs.SecondsPerIdleClientSecond + (ratePerClient * Costs.SecondsPerDelivery);

    /// <summary>(cores − idle − messages × message) / (idle client + rate × delivery), rounded down; never negative.</summary>
    public long ClientsWithinCores(double cores, double ratePerClient, double messagesPerSecond) =>
        Whole((cores - Costs.IdleCores - (messagesPerSecond * Costs.SecondsPerMessage)) / CoresPerClient(ratePerClient));

    /// <summary>fixed + clients × (a client + its socket in the kernel).</summary>
    /// <returns>Bytes.</returns>
    public double Bytes(double clients) => Costs.FixedBytes + (clients * BytesPerClient);

    /// <summary>(bytes − fixed) / (a client + its socket in the kernel), rounded down; never negative.</summary>
    public long ClientsWithinBytes(double bytes) => Whole((bytes - Costs.FixedBytes) / BytesPerClient);

    /// <summary>A quotient rounded down, as all limits are.</summary>
    public static long Whole(double quotient) => double.IsNaN(quotient) ? 0 : (long)Math.Clamp(Math.Floor(quotient * (1 + Rounding)), 0, long.MaxValue / 2);

    /// <summary>Whether a figure is above its bound by more than the rounding of its factors.</summary>
    public static bool IsAbove(double figure, double bound) => figure > bound + (Math.Abs(bound) * ComparedWithin);

    /// <summary>Whether it is below by more than that.</summary>
    public static bool IsBelow(double figure, double bound) => figure < bound - (Math.Abs(bound) * ComparedWithin);

    /// <summary>A time as people read it: 15 µs, 1 ms.</summary>
    public static string Time(double seconds) => seconds switch
    {
        0 => "0",
        < 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:0.##} µs"),
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0.##} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.##} s"),
    };

    /// <summary>A quantity of memory as people read it: 48KB, 128MB.</summary>
    public static string Size(double bytes) => bytes switch
    {
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024:0.#}KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 20):0.#}MB"),
    };
}
