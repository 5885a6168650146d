using WsFanout.Governor.Meters;
using WsFanout.Hosting.Settings;
using WsFanout.Tests.Planning;

namespace WsFanout.Tests.Hosting.Settings;

/// <summary>Settings read on a machine that is the same for every test: 2 cores, 2 GB, no container.</summary>
internal static class Reading
{
    public static MachineFacts E2Small { get; } = new()
    {
        Cores = 2,
        PhysicalMemoryBytes = 2048L << 20,
        Container = ContainerLimits.None,
        DescriptorLimit = 1_048_576,
        LongestBacklog = 4096,
    };

    public static SettingsResult Of(params (string Name, string Value)[] variables) => On(E2Small, variables);

    public static SettingsResult On(MachineFacts machine, params (string Name, string Value)[] variables) =>
        Read(variables.ToDictionary(variable => variable.Name, variable => variable.Value), Path.Combine(AppContext.BaseDirectory, "no-such-directory"), machine);

    /// <summary>With this text in <c>.env</c>.</summary>
    public static SettingsResult OfFile(string text, params (string Name, string Value)[] variables)
    {
        var directory = Directory.CreateTempSubdirectory("wsfanout-env-");
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, ".env"), text);
            return Read(variables.ToDictionary(variable => variable.Name, variable => variable.Value), directory.FullName, E2Small);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>The records, or a failure that lists the errors.</summary>
    public static ServerSettings Sound(SettingsResult result)
    {
        Assert.Equal([], result.Errors);
        return Assert.IsType<ServerSettings>(result.Settings);
    }

    public static EffectiveSetting Effective(SettingsResult result, string name) =>
        Assert.Single(result.Effective, setting => setting.Name == name);

    /// <summary>Everything that settings depend on but the variables.</summary>
    public static SettingsContext Context(MachineFacts machine, string directory) => new()
    {
        Directory = directory,
        Machine = machine,
        HostName = "web 1.example",
        Calibration = TestCalibration.Round,
        RandomSuffix = () => "abc123",
    };

    private static SettingsResult Read(IReadOnlyDictionary<string, string> environment, string directory, MachineFacts machine) =>
        SettingsReader.Read(environment, Context(machine, directory));
}
