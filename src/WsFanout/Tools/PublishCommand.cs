using System.CommandLine;

namespace WsFanout.Tools;

/// <summary><c>wsfanout publish BTC.trade '{…}'</c>: stores one message and prints the sequence number it got.</summary>
internal static class PublishCommand
{
    private const int MaxPayloadBytes = 64 << 20;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    public static Command Build(ToolContext context)
    {
        var channel = ChannelArgument();
        var payload = new Argument<string>("payload") { Description = "The message; '-' reads it from standard input." };
        var url = AddressOption.Publish(context, "Address of the server.");
        var token = TokenOption();
        var command = new Command("publish", "Publish one message and print its sequence number.") { channel, payload, url, token };
        command.SetAction(async (parsed, stop) =>
        {
            var console = parsed.InvocationConfiguration;
            var bytes = await ReadAsync(parsed.GetRequiredValue(payload), context, stop);
            if (bytes is null)
            {
                await console.Error.WriteLineAsync($"wsfanout publish: standard input has more than {MaxPayloadBytes} bytes.");
                return ExitCode.Failed;
            }

            var server = parsed.GetRequiredValue(url);
            using var publisher = new Publisher(server, parsed.GetValue(token) ?? context.PublishToken, AnswerWithin);
            var outcome = await publisher.PublishAsync(parsed.GetRequiredValue(channel), bytes.Value, stop);
            if (outcome.Stored is { } answer)
            {
                await console.Output.WriteLineAsync(answer);
                return ExitCode.Done;
            }
            await console.Error.WriteLineAsync($"wsfanout publish: {outcome.Problem(server)}");
            return ExitCode.Failed;
        });
        return command;
    }

    /// <summary>The option <c>--token</c>; the setting stands in for it, which keeps the token out of the list of processes.</summary>
    public static Option<string?> TokenOption() => new("--token") { Description = "Token to publish with [default: WS_PUBLISH_TOKEN]." };

    private static Argument<string> ChannelArgument()
    {
        var channel = new Argument<string>("channel") { Description = "Where to publish, such as BTC.trade." };
        channel.Validators.Add(result =>
        {
            var name = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
            if (name.Split('.').Any(token => token.Length == 0)) result.AddError($"'{name}' is not a channel: its parts are split by single dots and none is empty.");
        });
        return channel;
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(string payload, ToolContext context, CancellationToken stop)
    {
        if (payload != "-") return System.Text.Encoding.UTF8.GetBytes(payload);

        await using var input = context.OpenInput();
        var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await input.ReadAsync(buffer, stop) is > 0 and var read)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxPayloadBytes) return null;
        }
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
