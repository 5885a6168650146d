namespace WsFanout.Hosting.Settings;

/// <summary>Where an effective value comes from.</summary>
internal enum SettingOrigin
{
    /// <summary>The environment, <c>.env</c> or a file named there.</summary>
    Given,

    /// <summary>Worked out from the machine or from other settings.</summary>
    Derived,

    /// <summary>The documented default.</summary>
    Default,
}
