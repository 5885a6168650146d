using System.CommandLine;

namespace WsFanout.Tools;

/// <summary><c>wsfanout feed</c>: the trades of the demo.</summary>
internal static class FeedCommand
{
    private const double MaxRate = 1_000;
    private const int MaxSymbols = 10_000;

    public static Command Build(ToolContext context)
    {
        var url = AddressOption.Http(context.AdminAddress ?? context.Address, "Address of the server.");
        var rate = new Option<double>("--rate") { Description = "Trades a second, above 0 and up to 1000.", DefaultValueFactory = _ => 12 };
        var symbols = new Option<int>("--symbols") { Description = "How many symbols trade, 1 to 10000.", DefaultValueFactory = _ => 100 };
        var suffix = new Option<string>("--channel-suffix") { Description = "What follows the symbol in the channel.", DefaultValueFactory = _ => "trade" };
        var bursts = new Option<bool>("--bursts") { Description = "Now and then a second at five times the rate.", DefaultValueFactory = _ => true };
        var seconds = new Option<double?>("--seconds") { Description = "Stop after this long [default: on Ctrl-C]." };
        var seed = new Option<int>("--seed") { Description = "The same seed gives the same trades.", DefaultValueFactory = _ => 1 };
        var token = PublishCommand.TokenOption();
        rate.Validators.Add(result => Check(result.GetValueOrDefault<double>() is > 0 and <= MaxRate, result, "--rate must be above 0 and at most 1000"));
        symbols.Validators.Add(result => Check(result.GetValueOrDefault<int>() is >= 1 and <= MaxSymbols, result, "--symbols must be between 1 and 10000"));
        seconds.Validators.Add(result => Check(result.GetValueOrDefault<double?>() is null or (> 0 and <= 1e7), result, "--seconds must be above 0 and at most 10000000"));
        suffix.Validators.Add(result => Check(!string.IsNullOrEmpty(result.GetValueOrDefault<string>()), result, "--channel-suffix must not be empty"));

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

    private static void Check(bool good, System.CommandLine.Parsing.SymbolResult result, string rule)
    {
        if (!good) result.AddError(rule + ".");
    }
}
