namespace WsFanout.Hosting.Settings.Catalogue;

/// <summary>The one table of variables. Errors, <c>/config</c>, <c>.env.example</c> and the documents come from it or are held against it.</summary>
internal static class AllSettings
{
    public static IReadOnlyList<SettingGroup> Groups { get; } =
    [
        new("Capacity", CapacitySettings.All),
        new("Stream", StreamSettings.All),
        new("Clients", ClientSettings.All),
        new("History", HistorySettings.All),
        new("Listeners and the process", HostSettings.All),
        new("Who may connect", AccessSettings.All),
        new("Publishing", PublishSettings.All),
        new("Test switches", TestSettings.All),
    ];

    public static IReadOnlyList<Setting> InOrder { get; } = [.. Groups.SelectMany(group => group.Settings)];

    public static IReadOnlyDictionary<string, Setting> ByName { get; } = InOrder.ToDictionary(setting => setting.Name, StringComparer.Ordinal);
}
