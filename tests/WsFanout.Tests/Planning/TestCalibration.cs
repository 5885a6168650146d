using WsFanout.Planning.Calibration;

namespace WsFanout.Tests.Planning;

/// <summary>A calibration of round numbers, so that no test depends on what this server was measured to cost.</summary>
internal static class TestCalibration
{
    public static CalibrationFile Round { get; } = Of(new UnitCosts
    {
        SecondsPerDelivery = 15e-6,
        SecondsPerMessage = 0,
        SecondsPerHandshake = 200e-6,
        SecondsPerTlsHandshake = 1e-3,
        SecondsPerRefusal = 160e-6,
        IdleCores = 0,
        SecondsPerIdleClientSecond = 0,
        BytesPerClient = 44 << 10,
        BytesPerTlsClient = 76 << 10,
        KernelBytesPerSocket = 4 << 10,
        FixedBytes = 128 << 20,
    });

    /// <summary>The same with every part of the model in it.</summary>
    public static CalibrationFile Full { get; } = Of(Round.Costs with
    {
        SecondsPerDelivery = 10e-6,
        SecondsPerMessage = 1e-3,
        IdleCores = 0.01,
        SecondsPerIdleClientSecond = 1e-6,
    });

    /// <summary>Some costs, each of the size that a server may have.</summary>
    public static CalibrationFile Any(Random random) => Of(Round.Costs with
    {
        SecondsPerDelivery = Sized(random, 1e-6, 1e-4),
        SecondsPerMessage = random.Next(3) == 0 ? 0 : Sized(random, 1e-6, 1e-2),
        IdleCores = random.Next(3) == 0 ? 0 : Sized(random, 1e-3, 1.7),
        SecondsPerIdleClientSecond = random.Next(3) == 0 ? 0 : Sized(random, 1e-7, 1e-4),
        BytesPerClient = Sized(random, 4 << 10, 256 << 10),
        FixedBytes = Sized(random, 1 << 20, 1 << 30),
    });

    private static double Sized(Random random, double least, double most) => least * Math.Pow(most / least, random.NextDouble());

    private static CalibrationFile Of(UnitCosts costs) => new()
    {
        Name = "the test's calibration",
        MeasuredAt = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero),
        MeasuredBy = "nobody",
        Server = "0.0.0",
        Machine = "none",
        Transport = "direct",
        Link = "network",
        PayloadBytes = 400,
        Costs = costs,
    };
}
