using System.CommandLine;

namespace WsFanout.Tools;

/// <summary><c>wsfanout feed</c>: the trades of the demo.</summary>
internal static class FeedCommand
{
    public static Command Build(ToolContext context)
    {
        var url = AddressOption.Publish(context, "Address of the server.");
        var rate = NumberOption.Between("--rate", 0.01, 1_000, 12, "Trades a second, up to 1000.");
        var symbols = NumberOption.Between("--symbols", 1, 10_000, 100, "How many symbols trade, up to 10000.");
        var suffix = new Option<string>("--channel-suffix") { Description = "What follows the symbol in the channel.", DefaultValueFactory = _ => "trade" };
        var bursts = new Option<bool>("--bursts") { Description = "Now and then a second at five times the rate.", DefaultValueFactory = _ => true };
        var seconds = NumberOption.Between("--seconds", 0.001, 1e7, "Stop after this long [default: on Ctrl-C].");
        var seed = NumberOption.Between("--seed", 0, int.MaxValue, 1, "The same seed gives the same trades.");
        var token = PublishCommand.TokenOption();
        suffix.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value.Length: 0 }]) result.AddError("--channel-suffix must not be empty.");
        });

        var command = new Command("feed", "Publish invented trades: the demo's traffic.") { url, rate, symbols, suffix, bursts, seconds, seed, token };
        command.SetAction((parsed, stop) =>
        {
            var options = new FeedOptions
            {
                Server = parsed.GetRequiredValue(url),
                Token = parsed.GetValue(token) ?? context.PublishToken,
                Rate = parsed.GetValue(rate),
                Symbols = parsed.GetValue(symbols),
                ChannelSuffix = parsed.GetRequiredValue(suffix),
                Bursts = parsed.GetValue(bursts),
                Duration = parsed.GetValue(seconds) is { } length ? TimeSpan.FromSeconds(length) : null,
                Seed = parsed.GetValue(seed),
            };
            return new Feed(options, parsed.InvocationConfiguration.Output, context.Time).RunAsync(stop);
        });
        return command;
    }
}
