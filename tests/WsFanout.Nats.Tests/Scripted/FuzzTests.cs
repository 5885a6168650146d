using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using WsFanout.Nats.Protocol;
using WsFanout.Nats.Tests.Protocol;
using Xunit.Abstractions;

namespace WsFanout.Nats.Tests.Scripted;

/// <summary>
/// Recorded transcripts, damaged at random. Seconds for each test: <c>NATS_FUZZ_SECONDS</c> (1.5, and 60 by <c>make test-faults</c>); first seed:
/// <c>NATS_FUZZ_SEED</c> (1).
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int LargestBuffer = 8 * 1024 * 1024;

    // Other tests of the process have their share.
    private const long MostGrowth = 256L * 1024 * 1024;

    private static readonly TimeSpan LongestHang = TimeSpan.FromSeconds(5);

    private static readonly byte[] Wild = " \t\r\n-+0129AaMmHhPpIi{}[]\"\\.:/\0\xff"u8.ToArray();

    private static double Seconds => double.Parse(Variable("NATS_FUZZ_SECONDS") ?? "1.5", CultureInfo.InvariantCulture);

    private static int FirstSeed => int.Parse(Variable("NATS_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public void A_damaged_transcript_is_read_or_refused_and_nothing_else()
    {
        var (seed, refused, time) = (FirstSeed, 0, Stopwatch.StartNew());
        for (; time.Elapsed.TotalSeconds < Seconds; seed++)
        {
            var random = new Random(seed);
            var reader = new FrameReader();
            try
            {
                FrameText.ReadAll(reader, Cut(random, Damage(random, Transcripts.All)));
            }
            catch (NatsProtocolException)
            {
                refused++;
            }
            catch (Exception defect)
            {
                throw new InvalidOperationException($"Seed {seed} breaks the parser: {defect.Message}", defect);
            }

            Assert.True(reader.Space().Length <= LargestBuffer, $"Seed {seed} grows the buffer to {reader.Space().Length} bytes.");
        }

        output.WriteLine($"Seeds {FirstSeed}..{seed - 1}: {refused} refused.");
    }

    [Fact]
    public async Task A_client_survives_servers_that_send_damaged_transcripts_and_finds_the_good_one_behind_them()
    {
        var (seed, good) = (FirstSeed - 1, false);
        long playedAt = Stopwatch.GetTimestamp(), longestPause = 0;
        await using var server = ScriptedServer.Start(async peer =>
        {
            if (Volatile.Read(ref good))
            {
                await peer.AcceptAsync();
                var request = await peer.ReadRequestAsync();
                await peer.SendAsync($"MSG {request.ReplyTo} 1 2\r\nok\r\n");
                await peer.StayAsync();
                return;
            }

            var now = Stopwatch.GetTimestamp();
            longestPause = Math.Max(longestPause, now - Interlocked.Exchange(ref playedAt, now));
            var random = new Random(Interlocked.Increment(ref seed));
            foreach (var piece in Cut(random, Damage(random, Transcripts.All)))
            {
                await peer.SendAsync(piece);
            }
        });
        var options = NatsClient.Options(server.Url) with
        {
            ReconnectWaitMin = TimeSpan.FromMilliseconds(1),
            ReconnectWaitMax = TimeSpan.FromMilliseconds(2),
            ConnectTimeout = TimeSpan.FromMilliseconds(500),
            PingInterval = TimeSpan.FromMilliseconds(500),

            // Damaged addresses may be anybody's.
            IgnoreDiscoveredServers = true,
        };
        await using var connection = NatsClient.Start(options);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Task.WhenAny(connection.Completion, Task.Delay(TimeSpan.FromSeconds(Seconds)));
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        var pause = Stopwatch.GetElapsedTime(0, Volatile.Read(ref longestPause));
        output.WriteLine($"Seeds {FirstSeed}..{Volatile.Read(ref seed)}, longest pause {pause.TotalMilliseconds:0} ms, heap grown by {grown / 1024} KB.");
        Assert.True(pause < LongestHang && grown < MostGrowth, $"It hung for {pause}, or the heap has grown by {grown} bytes.");
        Assert.False(connection.Completion.IsCompleted, $"The loop has ended at seed {Volatile.Read(ref seed)}: {connection.Completion.Exception}");
        Assert.True(Volatile.Read(ref seed) > FirstSeed + 10, $"Only {Volatile.Read(ref seed)} seeds were played; it says: {connection.LastError}");
        Volatile.Write(ref good, true);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        var answered = false;
        while (!answered)
        {
            await connection.WaitUntilOpenAsync(limit.Token);
            try
            {
                using var answer = await connection.RequestAsync("question", default, ct: limit.Token);
                answered = answer.Payload.SequenceEqual("ok"u8);
            }
            catch (NatsNotConnectedException)
            {
                // The last of the damaged ones; the good one comes next.
                await Task.Yield();
            }
        }
    }

    private static byte[] Damage(Random random, byte[] transcript)
    {
        var bytes = new List<byte>(transcript);
        for (var times = random.Next(1, 6); times > 0 && bytes.Count > 1; times--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = Wild[random.Next(Wild.Length)];
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Range(0, length).Select(_ => Wild[random.Next(Wild.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }

    private static ReadOnlyMemory<byte>[] Cut(Random random, byte[] bytes)
    {
        var pieces = new List<ReadOnlyMemory<byte>>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(random.Next(1, 200), bytes.Length - at);
            pieces.Add(bytes.AsMemory(at, length));
            at += length;
        }

        return [.. pieces];
    }

    [SuppressMessage("ApiDesign", "RS0030", Justification = "The ban guards the server's settings; a test has no Settings to ask.")]
    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}
