using System.Text.Json.Nodes;
using WsFanout.IntegrationTests.Support;
using WsFanout.Testing;

namespace WsFanout.IntegrationTests;

/// <summary>What anybody sends never becomes a line, a series or an answer that its sender could shape, and no token or secret is ever told.</summary>
public sealed class SecretsInLogsTests
{
    private static readonly string Token = TokenMaker.Of(TokenMaker.GoodFor(TimeProvider.System.GetUtcNow(), ",\"note\":\"of-the-test\""));

    /// <summary>What stands in a request line or a header and must not get out; and what no header can hold, as escapes.</summary>
    private static readonly string[] Evil = ["\u001b[31mred", "{\"level\":\"critical\"}", "%0d%0a%00{}", "evil\u00e9\u0085", new('y', 6_000)];

    [Theory]
    [InlineData("direct")]
    [InlineData("stream")]
    public async Task Nothing_that_is_sent_shapes_a_log_line_a_series_or_an_answer(string way)
    {
        using var folder = new EmptyFolder();
        var (program, address) = await ServerProgram.ServeAsync(
            folder.Path, ("LOG_LEVEL", "trace"), ("WS_TRANSPORT", way), ("WS_AUTH_JWT_SECRET", TokenMaker.Secret), ("WS_AUTH_QUERY_TOKEN", "true"), ("WS_CONNECT_RATE", "unlimited"));
        using (program)
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
            await SayAsync(address, "\"harmless\"");
            var before = await SeriesAsync(http);

            var answers = new List<string>();
            foreach (var evil in Evil) answers.AddRange(await AskAsync(address, evil));
            await SayAsync(address, "\"\\r\\n\\u001b[31m\"", "\"a\\u0000b\"", $"\"{new string('y', 10_000)}\"", "\"<script>\"");
            var pages = new List<string>();
            foreach (var path in (string[])["metrics", "config", "health", "health/ready"]) pages.Add(await (await http.GetAsync(new Uri(path, UriKind.Relative))).Content.ReadAsStringAsync());

            Assert.Equal(before, await SeriesAsync(http));
            program.Signal(ServerProgram.SigTerm);
            Assert.Equal(0, await program.WaitForExitAsync(TimeSpan.FromSeconds(10)));
            AssertClean([.. program.Output, .. program.Errors, .. answers, .. pages]);
            Assert.All(program.Output, line => Assert.IsType<JsonObject>(JsonNode.Parse(line)));
            Assert.All(answers, answer => Assert.True(answer.Length < 1024, $"{answer.Length} characters are too many"));
            Assert.Empty(program.Errors);
        }
    }

    private static void AssertClean(IReadOnlyList<string> told)
    {
        // Of a token its last part is the secret one, and of a name at most 64 characters come back.
        string[] never = [TokenMaker.Secret, Token, Token[(Token.LastIndexOf('.') + 1)..], "of-the-test", "\u001b", new('y', 65)];
        foreach (var one in never) Assert.DoesNotContain(told, text => text.Contains(one, StringComparison.Ordinal));
    }

    /// <summary>Handshakes that hold it everywhere, with tokens good and bad beside it.</summary>
    /// <returns>Bodies of the answers.</returns>
    private static async Task<IReadOnlyList<string>> AskAsync(Uri address, string evil)
    {
        var inUrl = evil.Replace("\u001b", "%1b", StringComparison.Ordinal).Replace(" ", "%20", StringComparison.Ordinal);
        string[] requests =
        [
            $"GET /{inUrl} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {evil}\r\n\r\n",
            RawClient.Upgrade.Replace("/ws", $"/ws?channels={inUrl}&token={Token}", StringComparison.Ordinal) + "\r\n",
            RawClient.Upgrade.Replace("/ws", $"/ws?token={Token}x", StringComparison.Ordinal) + $"User-Agent: {evil}\r\n\r\n",
            $"{RawClient.Upgrade}Authorization: Bearer {Token}\r\nX-Forwarded-For: {evil}\r\nOrigin: {evil}\r\n\r\n",
            $"{RawClient.Upgrade}Authorization: Bearer {Token}{evil}\r\n\r\n",
            $"{RawClient.Upgrade}Sec-WebSocket-Protocol: wsfanout.v1, bearer.{evil}, {evil}\r\n\r\n",
            $"{RawClient.Upgrade}Sec-WebSocket-Protocol: bearer.{Token}, bearer.{Token}\r\n\r\n",
            $"GET /ws HTTP/1.1\r\nHost: {evil}\r\nX: {Token}\0\r\n\r\n",
            $"POST /publish/{inUrl} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\n1",
        ];
        var bodies = new List<string>();
        foreach (var request in requests)
        {
            using var client = await RawClient.OpenAsync(address);
            await client.SendAsync(request);
            bodies.Add((await client.ReadReplyAsync()).Body);
        }

        return bodies;
    }

    /// <summary>Says these names and tokens over a connection of its own.</summary>
    /// <param name="names">As JSON strings.</param>
    private static async Task SayAsync(Uri address, params string[] names)
    {
        using var client = await RawClient.ConnectAsync(address, $"?token={Token}");
        foreach (var name in names)
        {
            await client.SendTextAsync($$$"""{"type":"subscribe","id":{{{name[..Math.Min(name.Length, 30)].TrimEnd('"')}}}","data":{"channels":[{{{name}}}]}}""");
            await client.SendTextAsync($$$"""{"type":{{{name}}}}""");
            await client.SendTextAsync($$$"""{"type":"auth","data":{"token":{{{name}}}}}""");
        }

        await client.SendTextAsync($$$"""{"type":"auth","data":{"token":"{{{Token}}}"}}""");
        await client.ReadAsync("auth_ack");
    }

    private static async Task<int> SeriesAsync(HttpClient http) =>
        (await http.GetStringAsync(new Uri("metrics", UriKind.Relative))).Split('\n').Count(line => line.Length > 0 && line[0] != '#');
}
