using System.Text.Json.Nodes;

namespace WsFanout.Tests.Deploy;

/// <summary>What the built program tells the runtime; a misspelt property of the project file builds without a word.</summary>
public sealed class RuntimeConfigurationTests
{
    [Theory]
    [InlineData("System.GC.Server")]
    [InlineData("System.GC.Concurrent")]
    public void The_collector_is_the_workstation_s_and_not_concurrent(string property)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "wsfanout.runtimeconfig.json"));

        Assert.False(JsonNode.Parse(text)!["runtimeOptions"]!["configProperties"]![property]!.GetValue<bool>());
    }
}
