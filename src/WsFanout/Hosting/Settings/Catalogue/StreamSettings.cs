using WsFanout.Hosting.Settings.Grammars;

namespace WsFanout.Hosting.Settings.Catalogue;

/// <summary>Which stream is read, as whom, and how it is made when it is missing.</summary>
internal static class StreamSettings
{
    private const int MaxSecretLength = 4096;
    private const long Year = 8_760L * 3_600_000;

    public static readonly Setting<IReadOnlyList<Uri>> Url = new(
        "NATS_URL", NatsServers.Grammar, [],
        "Servers, and those that they tell of, tried in random order; `tls://`: nothing is said to it in the clear. Empty: the built-in source, fed by HTTP publishing, in memory.")
    {
        TakesEmpty = true,
        HoldsUserInfo = true,
    };

    public static readonly Setting<string> Token = new(
        "NATS_TOKEN", TextGrammar.Line(MaxSecretLength), "", "Token for the broker, instead of user and password.")
    {
        IsSecret = true,
    };

    public static readonly Setting<string> User = new(
        "NATS_USER", TextGrammar.Line(256), "", "User for the broker; user information in a URL wins for that server.");

    public static readonly Setting<string> Password = new(
        "NATS_PASSWORD", TextGrammar.Line(MaxSecretLength), "", "Password of `NATS_USER`.")
    {
        IsSecret = true,
    };

    public static readonly Setting<string> TlsCa = new(
        "NATS_TLS_CA", new FileGrammar(), "",
        "Authorities (PEM) that must have signed the broker's certificate, instead of those that the system trusts. Given, nothing is said to a broker in the clear.");

    public static readonly Setting<string> TlsCert = new(
        "NATS_TLS_CERT", new FileGrammar(), "",
        "Certificate (PEM, those between it and its authority behind it) that this server shows to the broker; with `NATS_TLS_KEY`. Given, nothing is said to a broker in the clear.");

    public static readonly Setting<string> TlsKey = new("NATS_TLS_KEY", new FileGrammar(), "", "Key of `NATS_TLS_CERT` (PEM), without a password.");

    public static readonly Setting<string> Name = new(
        "JS_STREAM_NAME",
        new TextGrammar("1 to 255 printable ASCII characters without blank . * > / \\", 255, c => c is > ' ' and <= '~' and not ('.' or '*' or '>' or '/' or '\\')),
        "ODIN_TOKENS", "The stream that is read.");

    public static readonly Setting<IReadOnlyList<string>> SubjectsServed = new(
        "JS_SUBJECTS", Subjects.Grammar, ["odin.token.>"],
        "What the stream holds when this server creates it, and what is served: a subject that matches, starts with `WS_SUBJECT_PREFIX`, and whose rest is a legal channel. Others are skipped and counted.");

    public static readonly Setting<string> ConsumerName = new(
        "JS_CONSUMER_NAME", TextGrammar.Name(64), "ws-server",
        "Start of every consumer's name; instance, serial and random digits follow, so two servers never share one.");

    public static readonly Setting<TimeSpan> MaxAge = new(
        "JS_STREAM_MAX_AGE", new DurationGrammar(100, Year) { Zero = "unlimited" }, TimeSpan.FromSeconds(30),
        "Age limit when this server creates the stream; compared, and a difference reported, when it exists.");

    public static readonly Setting<long> MaxMessages = new(
        "JS_STREAM_MAX_MSGS", new CountGrammar(1, 1_000_000_000_000) { Zero = "unlimited" }, 100_000,
        "Message limit when this server creates the stream; compared likewise.");

    public static readonly Setting<long> MaxBytes = new(
        "JS_STREAM_MAX_BYTES", new SizeGrammar(1024, 1L << 50) { Zero = "unlimited" }, 52_428_800,
        "Byte limit when this server creates the stream; compared likewise.");

    public static readonly Setting<string> Storage = new(
        "JS_STREAM_STORAGE", new ChoiceGrammar<string>(("file", "file"), ("memory", "memory")), "file",
        "Storage when this server creates the stream.");

    public static readonly Setting<long> Replicas = new(
        "JS_STREAM_REPLICAS", new CountGrammar(1, 5), 1, "Replicas when this server creates the stream.");

    public static readonly Setting<bool> Ensure = new(
        "JS_STREAM_ENSURE", new BooleanGrammar(), true,
        "Create the stream when it is missing; else wait for somebody to create it. A stream whose retention is not `limits` is refused either way.");

    public static readonly Setting<long> PullBatch = new(
        "JS_PULL_BATCH", new CountGrammar(1, 10_000), 256, "Most messages asked for at once; never more than the queue has room for.");

    public static readonly Setting<TimeSpan> PullExpires = new(
        "JS_PULL_EXPIRES", new DurationGrammar(200, 300_000), TimeSpan.FromSeconds(10), "Time after which a request that was not filled ends.");

    public static readonly Setting<TimeSpan> Heartbeat = new(
        "JS_HEARTBEAT", new DurationGrammar(100, 30_000), TimeSpan.FromSeconds(1),
        "Silence after which the broker shows that it is alive; at most half of `JS_PULL_EXPIRES`.");

    public static readonly Setting<string> SubjectPrefix = new(
        "WS_SUBJECT_PREFIX", new SubjectPrefixGrammar(), "odin.token.", "Taken off a subject to make a channel. Empty: the whole subject is the channel.")
    {
        TakesEmpty = true,
        Empty = "",
    };

    public static readonly Setting<string> InstanceId = new(
        "WS_INSTANCE_ID", TextGrammar.Name(64), "", "Names this process to the broker.")
    {
        DefaultNote = "host name + random",
    };

    public static IReadOnlyList<Setting> All { get; } =
    [
        Url, Token, User, Password, TlsCa, TlsCert, TlsKey, Name, SubjectsServed, ConsumerName, MaxAge, MaxMessages, MaxBytes,
        Storage, Replicas, Ensure, PullBatch, PullExpires, Heartbeat, SubjectPrefix, InstanceId,
    ];
}
