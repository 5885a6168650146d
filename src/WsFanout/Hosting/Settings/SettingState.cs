namespace WsFanout.Hosting.Settings;

/// <summary>What this version does with a setting.</summary>
internal enum SettingState
{
    /// <summary>It has its effect.</summary>
    Active,

    /// <summary>Checked and shown, without effect; listed at start when it is set.</summary>
    NotYet,
}
