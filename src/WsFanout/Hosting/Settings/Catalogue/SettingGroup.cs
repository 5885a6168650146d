namespace WsFanout.Hosting.Settings.Catalogue;

/// <summary>Settings that stand under one heading of the documents.</summary>
internal sealed record SettingGroup(string Title, IReadOnlyList<Setting> Settings);
