using System.Globalization;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>In what a stream that exists is not as this server would have made it.</summary>
internal static class StreamDifferences
{
    /// <returns>One clause each.</returns>
    public static IEnumerable<string> Of(StreamConfig config, StreamOptions options)
    {
        if (config.MaxAge != options.StreamMaxAge) yield return $"max_age is {config.MaxAge}, JS_STREAM_MAX_AGE {options.StreamMaxAge}";
        if (Limit(config.MaxMsgs) != options.StreamMaxMessages) yield return Differs("max_msgs", config.MaxMsgs, "JS_STREAM_MAX_MSGS", options.StreamMaxMessages);
        if (Limit(config.MaxBytes) != options.StreamMaxBytes) yield return Differs("max_bytes", config.MaxBytes, "JS_STREAM_MAX_BYTES", options.StreamMaxBytes);
        if (config.NumReplicas != options.Replicas) yield return Differs("replicas", config.NumReplicas, "JS_STREAM_REPLICAS", options.Replicas);
        if (!config.AllowDirect) yield return "allow_direct is off, this server would set it: every single message is asked of the stream's leader";
    }

    private static long Limit(long value) => value <= 0 ? 0 : value;

    private static string Differs(string what, long actual, string variable, long wanted) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} is {actual}, {variable} {wanted}");
}
