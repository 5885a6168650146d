using System.Globalization;
using WsFanout.Messages;
using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>What of a stream can be served, and yet is hardly meant: it costs messages or resumes one day, so it is said at start.</summary>
internal static class StreamConcerns
{
    /// <summary>A pause is noticed, decided on and ended; what was published meanwhile must outlive all of it.</summary>
    private const int PausesToKeep = 2;

    /// <returns>Why the stream can't be served at all; null when it can.</returns>
    public static string? Refusal(StreamConfig config, StreamOptions options) => config.Retention == StreamConfigRetention.Limits
        ? null
        : $"stream {options.StreamName} has retention {config.Retention.ToString().ToLowerInvariant()}; only limits can be served: with any other, readers take messages from each other";

    /// <returns>One clause each.</returns>
    public static IEnumerable<string> Of(StreamConfig config, StreamOptions options)
    {
        var isAgeLimited = config.MaxAge > TimeSpan.Zero;
        if (isAgeLimited && options.PauseBudget > TimeSpan.Zero && config.MaxAge < options.PauseBudget * PausesToKeep)
        {
            yield return $"max_age is {Text(config.MaxAge)}, less than twice JS_PAUSE_BUDGET ({Text(options.PauseBudget)}): a pause that is allowed can lose messages";
        }

        if (isAgeLimited && config.MaxAge < options.ReplayMaxAge)
        {
            yield return $"max_age is {Text(config.MaxAge)}, less than WS_REPLAY_MAX_AGE ({Text(options.ReplayMaxAge)}): a server that has just started can't resume as far back as one that has not";
        }

        if (config.MaxMsgsPerSubject > 0 && config.MaxMsgsPerSubject < options.ReplayMessages)
        {
            yield return $"max_msgs_per_subject is {config.MaxMsgsPerSubject}, less than WS_REPLAY_BUFFER_SIZE ({options.ReplayMessages}): what a later message replaces before it is read is lost, and a server that has just started can't resume as far back as one that has not";
        }

        // Without subjects of its own it is a mirror or is fed by sources, and may hold anything.
        if (config.Subjects is not { Count: > 0 } held) yield break;
        var unheld = options.Subjects.Where(subject => !held.Any(one => ChannelName.Covers(one, subject))).ToArray();
        if (unheld.Length == 0) yield break;
        var isNothing = !options.Subjects.Any(subject => held.Any(one => Meet(one, subject)));
        yield return isNothing
            ? $"it holds {string.Join(',', held)}, nothing of JS_SUBJECTS ({string.Join(',', options.Subjects)}): nobody will be given anything"
            : $"it holds {string.Join(',', held)}, not all of {string.Join(',', unheld)} in JS_SUBJECTS: what is published there is not stored here";
    }

    /// <summary>Whether a subject is possible that both patterns match.</summary>
    private static bool Meet(string one, string other)
    {
        string[] left = one.Split('.'), right = other.Split('.');
        for (var i = 0; i < left.Length && i < right.Length; i++)
        {
            if (left[i] == ">" || right[i] == ">") return true;
            if (left[i] != right[i] && left[i] != "*" && right[i] != "*") return false;
        }

        return left.Length == right.Length;
    }

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
