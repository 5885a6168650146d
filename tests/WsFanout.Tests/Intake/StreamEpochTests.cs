using WsFanout.Intake;

namespace WsFanout.Tests.Intake;

public sealed class StreamEpochTests
{
    // printf 'ODIN_TOKENS\n2026-11-21T05:27:11.123456789Z' | sha256sum | cut -c1-16
    [Fact]
    public void It_is_the_contract_s_hash_of_name_and_creation() =>
        Assert.Equal("f63bbdf02da4d40b", StreamEpoch.Of("ODIN_TOKENS", "2026-11-21T05:27:11.123456789Z"));
}
