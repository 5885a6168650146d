using WsFanout.Nats;

namespace WsFanout.Intake;

/// <summary>Looks at the stream before it is read: creates it when it is missing, refuses one that can't be served, reports what differs.</summary>
internal sealed partial class StreamEnsurer(NatsJSContext js, StreamOptions options, ILogger<StreamEnsurer> logger)
{
    private const int StreamNotFound = 10059;
    private const int SubjectsOverlap = 10065;

    /// <summary>
    /// Some brokers (2.9.10) remove the files of a deleted stream in the background, and with them those of one that was made under the same name
    /// within milliseconds: its first messages could never be read.
    /// </summary>
    private static readonly TimeSpan DeletionTakes = TimeSpan.FromMilliseconds(500);

    // The intake only: what was reported last, so that it is said once; and whether the stream has been there.
    private string? _reported;
    private bool _wasThere;

    /// <exception cref="AttachRefusedException">It is missing and must not be created, or can't be served as it is.</exception>
    /// <exception cref="NatsException">The broker did not answer or refused.</exception>
    public async Task<StreamInfo> EnsureAsync(CancellationToken cancellationToken)
    {
        var info = await FindAsync(cancellationToken) ?? await CreateAsync(cancellationToken);
        _wasThere = true;
        if (StreamConcerns.Refusal(info.Config, options) is { } unservable) throw new AttachRefusedException("wrong_retention", unservable);
        Report(info.Config);
        return info;
    }

    private async Task<StreamInfo?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await js.GetStreamAsync(options.StreamName, cancellationToken);
        }
        catch (NatsJSApiException missing) when (missing.ErrCode == StreamNotFound)
        {
            return null;
        }
    }

    private async Task<StreamInfo> CreateAsync(CancellationToken cancellationToken)
    {
        if (!options.EnsureStream)
        {
            throw new AttachRefusedException("stream_not_found", $"stream {options.StreamName} does not exist and JS_STREAM_ENSURE is false");
        }

        if (_wasThere) await Task.Delay(DeletionTakes, cancellationToken);
        var config = new StreamConfig
        {
            Name = options.StreamName,
            Subjects = options.Subjects,
            Retention = StreamConfigRetention.Limits,
            Storage = options.Storage == "memory" ? StreamConfigStorage.Memory : StreamConfigStorage.File,
            MaxAge = options.StreamMaxAge,
            MaxMsgs = options.StreamMaxMessages,
            MaxBytes = options.StreamMaxBytes,
            NumReplicas = options.Replicas,
            AllowDirect = true,
        };
        try
        {
            var info = await js.CreateStreamAsync(config, cancellationToken);
            LogCreated(options.StreamName, string.Join(',', options.Subjects), options.Storage);
            return info;
        }
        catch (NatsJSApiException overlap) when (overlap.ErrCode == SubjectsOverlap)
        {
            throw new AttachRefusedException(
                "subjects_overlap", $"stream {options.StreamName} can't be created: another stream already holds some of {string.Join(',', options.Subjects)}");
        }
    }

    private void Report(StreamConfig config)
    {
        var differences = string.Join("; ", StreamDifferences.Of(config, options));
        var concerns = StreamConcerns.Of(config, options).ToArray();
        var report = string.Join('\n', [differences, .. concerns]);
        if (report == _reported) return;
        _reported = report;
        if (differences.Length > 0) LogDiffers(options.StreamName, differences);
        foreach (var concern in concerns) LogConcern(options.StreamName, concern);
    }

    [LoggerMessage(LogLevel.Information, "Created stream {Stream} for {Subjects}, storage {Storage}.")]
    private partial void LogCreated(string stream, string subjects, string storage);

    [LoggerMessage(LogLevel.Warning, "Stream {Stream}: {Concern}.")]
    private partial void LogConcern(string stream, string concern);

    [LoggerMessage(LogLevel.Warning, "Stream {Stream} exists and differs from the settings: {Differences}. It is served as it is.")]
    private partial void LogDiffers(string stream, string differences);
}
