using WsFanout.Clients;
using WsFanout.History;
using WsFanout.Hosting.Settings.Catalogue;
using WsFanout.Hosting.Settings.Grammars;
using WsFanout.Hosting.Settings.Input;
using WsFanout.Intake;

namespace WsFanout.Hosting.Settings.Derivation;

/// <summary>Puts values into the options record of each stage.</summary>
internal static class StageBinding
{
    public static HostOptions Host(SettingValues values, EffectiveSettings effective, int backlog) => new()
    {
        Address = values.Get(HostSettings.Address).ToString(),
        AdminAddress = Optional(values.Get(HostSettings.AdminAddress)),
        HasConsole = values.Get(HostSettings.Console),
        PublishAddress = Optional(values.Get(PublishSettings.Address)),
        Http2 = Http2(values, effective),
        AllowedOrigins = values.Get(AccessSettings.AllowedOrigins),
        RequireOrigin = values.Get(AccessSettings.RequireOrigin),
        ListenBacklog = backlog,
        UnacknowledgedTimeout = (values.Get(ClientSettings.SlowTimeout) * 2) + TimeSpan.FromSeconds(5),
        HandshakeTimeout = values.Get(HostSettings.HandshakeTimeout),
        DrainTimeout = values.Get(HostSettings.DrainTimeout),
        IsDirect = values.Get(HostSettings.Transport) is var way && (way == "direct" || (way == "auto" && OperatingSystem.IsLinux() && AccessRules.Tls(values) is null)),
        Tls = AccessRules.Tls(values),
        TakesQueryToken = values.Get(AccessSettings.QueryToken),
        OffersTestEcho = values.Get(TestSettings.Echo),
        OffersTestPause = values.Get(TestSettings.Pause),
        LogLevel = values.Get(HostSettings.LogLevel),
        LogJson = values.Get(HostSettings.LogJson),
    };

    private static string? Optional(ListenAddress address) => address == AddressGrammar.None ? null : address.ToString();

    private static Http2Options Http2(SettingValues values, EffectiveSettings effective) => new()
    {
        MaxStreams = values.Int(PublishSettings.Http2MaxStreams),
        MaxFrameBytes = values.Int(PublishSettings.Http2MaxFrameSize),
        KeepAliveInterval = values.Get(PublishSettings.Http2KeepAliveInterval),
        KeepAliveTimeout = values.Get(PublishSettings.Http2KeepAliveTimeout),
        StreamWindowBytes = Window(values, effective, PublishSettings.Http2StreamWindow, 4),
        ConnectionWindowBytes = Window(values, effective, PublishSettings.Http2ConnectionWindow, 16),
    };

    private static int Window(SettingValues values, EffectiveSettings effective, Setting<long> window, int frames)
    {
        if (values.Get(window) is var given and > 0) return checked((int)given);
        var frame = PublishSettings.Http2MaxFrameSize;

        // The standard's own size is the least there is.
        var bytes = Math.Max(PublishSettings.SmallestWindow, frames * values.Get(frame));
        return checked((int)effective.Derive(window, new(bytes, $"{frames} × {frame.Name} {frame.Write(values.Get(frame))}")));
    }

    public static StreamOptions Stream(SettingValues values, EffectiveSettings effective, SettingsContext context) => new()
    {
        Servers = values.Get(StreamSettings.Url),
        User = values.Optional(StreamSettings.User),
        Password = values.Optional(StreamSettings.Password),
        Token = values.Optional(StreamSettings.Token),
        TlsCaFile = values.Optional(StreamSettings.TlsCa),
        TlsCertFile = values.Optional(StreamSettings.TlsCert),
        TlsKeyFile = values.Optional(StreamSettings.TlsKey),
        StreamName = values.Get(StreamSettings.Name),
        Subjects = values.Get(StreamSettings.SubjectsServed),
        SubjectPrefix = values.Get(StreamSettings.SubjectPrefix),
        ConsumerPrefix = values.Get(StreamSettings.ConsumerName),
        InstanceId = values.Optional(StreamSettings.InstanceId)
            ?? effective.Derive(StreamSettings.InstanceId, InstanceId.Make(context.HostName, context.RandomSuffix())),
        StreamMaxAge = values.Get(StreamSettings.MaxAge),
        StreamMaxMessages = values.Get(StreamSettings.MaxMessages),
        StreamMaxBytes = values.Get(StreamSettings.MaxBytes),
        Storage = values.Get(StreamSettings.Storage),
        Replicas = values.Int(StreamSettings.Replicas),
        EnsureStream = values.Get(StreamSettings.Ensure),
        PullBatch = values.Int(StreamSettings.PullBatch),
        PullExpires = values.Get(StreamSettings.PullExpires),
        Heartbeat = values.Get(StreamSettings.Heartbeat),
        ReplayMaxAge = values.Get(HistorySettings.MaxAge),
        ReplayMessages = values.Get(HistorySettings.MessagesPerChannel),
        PauseBudget = values.Get(CapacitySettings.PauseBudget),
        MaxChannelLength = values.Int(ClientSettings.MaxChannelLength),
    };

    public static PublishOptions Publish(SettingValues values, EffectiveSettings effective)
    {
        var rate = values.Get(PublishSettings.Rate);
        var burst = values.Get(PublishSettings.Burst);
        if (rate > 0 && burst == 0)
        {
            burst = effective.Derive(PublishSettings.Burst, new((long)Math.Ceiling(rate), $"one second of {PublishSettings.Rate.Name}"));
        }

        return new PublishOptions
        {
            Token = values.Optional(PublishSettings.Token),
            MaxBytes = values.Int(PublishSettings.MaxBytes),
            MaxPending = values.Int(PublishSettings.MaxPending),
            Timeout = values.Get(PublishSettings.Timeout),
            RatePerSecond = rate,
            Burst = checked((int)burst),
        };
    }

    public static HistoryOptions History(SettingValues values, EffectiveSettings effective, long memoryLimitBytes) => new()
    {
        MessagesPerChannel = values.Int(HistorySettings.MessagesPerChannel),
        MaxAge = values.Get(HistorySettings.MaxAge),
        MaxBytes = HistoryBytes(values, effective, memoryLimitBytes),
        MaxChannels = values.Int(HistorySettings.MaxChannels),
    };

    /// <summary>Unless it was given, the History leaves the most of a small heap to all the rest.</summary>
    private static long HistoryBytes(SettingValues values, EffectiveSettings effective, long memoryLimitBytes)
    {
        var read = values.Get(HistorySettings.MaxBytes);
        var share = CapacityFormulas.HistoryShare(memoryLimitBytes);
        return values.IsGiven(HistorySettings.MaxBytes) || read <= share.Value ? read : effective.Derive(HistorySettings.MaxBytes, share);
    }

    /// <summary>Unless it was given, what waits in a burst takes no more than the History, references included.</summary>
    private static long BurstBytes(SettingValues values, EffectiveSettings effective, long historyBytes)
    {
        var read = values.Get(ClientSettings.SendBurstBytes);
        var share = CapacityFormulas.BurstShare(historyBytes);
        return values.IsGiven(ClientSettings.SendBurstBytes) || read <= share.Value ? read : effective.Derive(ClientSettings.SendBurstBytes, share);
    }

    public static ClientOptions Clients(SettingValues values, EffectiveSettings effective, long historyBytes, int workers) => new()
    {
        MaxMessageBytes = values.Int(ClientSettings.MaxMessageBytes),
        MaxChannels = values.Int(ClientSettings.MaxChannels),
        MaxPatterns = values.Int(ClientSettings.MaxPatterns),
        MaxChannelLength = values.Int(ClientSettings.MaxChannelLength),
        RequestsPerSecond = values.Get(ClientSettings.Rate),
        RequestBurst = values.Int(ClientSettings.Burst),
        SendQueueMessages = values.Int(ClientSettings.SendQueueMessages),
        SendQueueBytes = values.Get(ClientSettings.SendQueueBytes),
        SendBurstTime = values.Get(ClientSettings.SendBurstTime),
        SendBurstBytes = BurstBytes(values, effective, historyBytes) / workers,
        SlowClientPolicy = values.Get(ClientSettings.SlowPolicy),
        SlowClientTimeout = values.Get(ClientSettings.SlowTimeout),
        PingInterval = values.Get(ClientSettings.PingInterval),
        PongTimeout = values.Get(ClientSettings.PongTimeout),
        MaxConnectionAge = values.Get(ClientSettings.MaxConnectionAge),
        AuthDeadline = values.Get(AccessSettings.AuthDeadline),
        ReplayMaxAge = values.Get(HistorySettings.MaxAge),
    };
}
