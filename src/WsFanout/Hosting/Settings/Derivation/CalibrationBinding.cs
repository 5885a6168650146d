using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Input;
using WsFanout.Planning.Calibration;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>Opens the calibration that <c>WS_CALIBRATION</c> names.</summary>
internal static class CalibrationBinding
{
    /// <param name="shipped">Used where none is named, or the one that is named can't be.</param>
    /// <param name="errors">At most one sentence, with the file and the field in it.</param>
    public static CalibrationFile Read(SettingValues values, EffectiveSettings effective, CalibrationFile shipped, out string[] errors)
    {
        errors = [];
        var calibration = shipped;
        if (values.Optional(CapacitySettings.Calibration) is { } path)
        {
            if (CalibrationReader.Read(path, out var problem) is { } read) calibration = read;
            else errors = [$"{values.Received(CapacitySettings.Calibration)}: {problem}"];
        }

        effective.Explain(CapacitySettings.Calibration, $"{calibration.Name}: {calibration.Origin}");
        return calibration;
    }
}
