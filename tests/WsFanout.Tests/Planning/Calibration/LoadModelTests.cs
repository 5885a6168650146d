using WsFanout.Hosting.Settings;
using WsFanout.Planning.Calibration;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Planning.Calibration;

public sealed class LoadModelTests
{
    private const string Dear = """
        {
          "format": "wsfanout-calibration/1", "measuredAt": "2026-11-30T12:00:00Z", "measuredBy": "x", "server": "1", "machine": "m", "transport": "direct", "link": "network", "payloadBytes": 100,
          "costs": {
            "secondsPerDelivery": 100e-6, "secondsPerMessage": 0, "secondsPerHandshake": 1e-3, "secondsPerTlsHandshake": 2e-3, "secondsPerRefusal": 1e-3, "idleCores": 0.35, "secondsPerIdleClientSecond": 0,
            "bytesPerClient": 1044480, "bytesPerTlsClient": 2093056, "kernelBytesPerSocket": 4096, "fixedBytes": 268435456
          }
        }
        """;

    private readonly LoadModel _model = new(TestCalibration.Full, isTls: false);

    [Fact]
    public void A_load_costs_what_the_formula_says()
    {
        // 0.01 idle + 1,000 × (1 µs + 5 × 10 µs) + 20 × 1 ms.
        Assert.Equal(0.01 + 0.051 + 0.02, _model.Cores(1000, 5, 20), 12);
        Assert.Equal((128 << 20) + (1000.0 * (48 << 10)), _model.Bytes(1000));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.75)]
    [InlineData(1.35)]
    public void So_many_clients_fit_and_not_one_more(double cores)
    {
        var clients = _model.ClientsWithinCores(cores, 2, 12);

        Assert.True(_model.Cores(clients, 2, 12) <= cores + 1e-9, $"{clients} clients take {_model.Cores(clients, 2, 12)} of {cores}");
        Assert.True(_model.Cores(clients + 1, 2, 12) > cores, $"one more than {clients} fits too");
    }

    [Fact]
    public void A_quotient_that_is_whole_is_not_cut_by_rounding()
    {
        var plans = new LoadModel(CalibrationFile.OfThePlan, isTls: false);

        Assert.Equal((9_000, 6_750, 36_000), (plans.ClientsWithinCores(1.8, 2, 0), plans.ClientsWithinCores(1.8 * 75 / 100, 2, 0), plans.ClientsWithinCores(1.8, 0.5, 0)));
        Assert.Equal(17_920, plans.ClientsWithinBytes(1792L << 20));
    }

    [Fact]
    public void Too_little_for_the_server_itself_is_room_for_nobody() =>
        Assert.Equal((0, 0), (_model.ClientsWithinCores(0.001, 2, 0), _model.ClientsWithinBytes(1 << 20)));

    [Fact]
    public void With_TLS_a_refusal_costs_the_whole_handshake()
    {
        var tls = new LoadModel(TestCalibration.Full, isTls: true);

        Assert.Equal((1e-3, 1e-3, 80 << 10), (tls.SecondsPerHandshake, tls.SecondsPerRefusal, tls.BytesPerClient));
    }

    [Fact]
    public void The_servers_automatic_values_come_from_the_file_that_is_named_and_say_so()
    {
        using var file = new TemporaryFile(Dear);

        var result = Reading.Of(("WS_CALIBRATION", file.Path));

        // CPU (1.8 × 0.75 − 0.35) / 200 µs = 5,000; memory (1,792 × 0.85 − 256) MB / 1,024 KB = 1,267.
        var settings = Reading.Sound(result);
        Assert.Equal((1260, 450.0, 180.0), (settings.Governor.MaxConnections, settings.Entry.PerSecond, Math.Round(settings.Entry.RefusalsPerSecond, 6)));
        foreach (var name in (string[])["WS_MAX_CONNECTIONS", "WS_CONNECT_RATE"])
        {
            Assert.EndsWith($"by the calibration {Path.GetFileName(file.Path)}", Reading.Effective(result, name).Formula, StringComparison.Ordinal);
        }

        Assert.Contains("CPU 5000 ((1.8 cores × 75 % − 0.35 idle) / (2 messages/s of 100 bytes = 200 µs a second)), memory 1267 ((1792MB × 85 % − 256MB) / 1MB)", Reading.Effective(result, "WS_MAX_CONNECTIONS").Formula, StringComparison.Ordinal);
        Assert.Equal((SettingOrigin.Given, file.Path), (Reading.Effective(result, "WS_CALIBRATION").Origin, Reading.Effective(result, "WS_CALIBRATION").Value));
    }

    [Fact]
    public void Without_a_file_the_banner_names_the_one_in_use() =>
        Assert.Contains(Banner.Lines(Reading.Of(), "1.2.3"), line => line.StartsWith("WS_CALIBRATION= (default: the test's calibration: measured 2026-11-30", StringComparison.Ordinal));
}
