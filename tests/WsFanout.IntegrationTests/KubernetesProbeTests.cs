using System.Text.RegularExpressions;
using WsFanout.IntegrationTests.Support;
using WsFanout.Tests.Deploy;

namespace WsFanout.IntegrationTests;

/// <summary>What deploy/kubernetes asks a pod for is answered at the operators' address, and at no other.</summary>
public sealed class KubernetesProbeTests
{
    [Fact]
    public async Task Every_path_that_is_asked_for_is_there_for_operators_alone()
    {
        await using var server = await TestServer.StartAsync(("WS_ADMIN_ADDR", "127.0.0.1:0"));
        await server.WaitUntilReadyAsync();
        var paths = ((string[])["wsfanout.yaml", "monitoring.yaml"])
            .SelectMany(file => Regex.Matches(RepositoryFiles.ReadText($"deploy/kubernetes/{file}"), @"(?m)^ +path: (/\S+)$"))
            .Select(match => match.Groups[1].Value)
            .Distinct()
            .ToList();

        Assert.Equal(["/health/live", "/health/ready", "/metrics"], paths);
        foreach (var path in paths)
        {
            Assert.Equal(200, (int)(await server.Http.GetAsync(new Uri(server.AdminAddress, path))).StatusCode);
            Assert.Equal(404, (int)(await server.Http.GetAsync(new Uri(server.BaseAddress, path))).StatusCode);
        }
    }
}
