using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings.Catalogue;

/// <summary>Switches for tests of the whole; said loudly at start.</summary>
internal static class TestSettings
{
    public static readonly Setting<bool> Echo = new(
        "WS_TEST_ECHO", new BooleanGrammar(), false, "Offer `/__echo`: a WebSocket that gets every text or binary message back as it came, up to 16 MB.");

    public static readonly Setting<bool> Pause = new("WS_TEST_PAUSE", new BooleanGrammar(), false, "Offer `POST /__pause?for=10s` on loopback: the intake pauses for at least so long.");

    public static readonly Setting<long> DropOneIn = new(
        "WS_TEST_DROP_ONE_IN", new CountGrammar(2, 1_000_000_000) { Zero = "never" }, 0, "Lose one delivery in so many, to prove that the load test sees it.");

    public static IReadOnlyList<Setting> All { get; } = [Echo, Pause, DropOneIn];
}
