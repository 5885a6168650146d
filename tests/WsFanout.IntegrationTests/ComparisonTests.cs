using WsFanout.IntegrationTests.Support;

namespace WsFanout.IntegrationTests;

public sealed class ComparisonTests
{
    [Theory]
    [InlineData("ws_a / ws_b > 0.8", "ws_a / ws_b")]
    [InlineData("ws_a", "ws_a")]
    [InlineData("ws_a == 0 and ws_b{reason=~\"c|d\"} >= 1", "ws_a;ws_b{reason=~\"c|d\"}")]
    [InlineData("changes(ws_a[15m]) >= 1 and on (job, instance) ws_b", "changes(ws_a[15m]);ws_b")]
    [InlineData("rate(ws_a[5m]) > on (job, instance) group_left () (0.001 * ws_b)", "rate(ws_a[5m])")]
    [InlineData("sum by (le) (ws_a > 3) <= 2 * ws_b", "sum by (le) (ws_a > 3)")]
    [InlineData("absent(up{job=\"x\"} == 1)", "up{job=\"x\"}")]
    public void What_is_compared_is_found(string query, string parts)
    {
        Assert.Equal(parts.Split(';'), Comparison.LeftSides(query));
    }
}
