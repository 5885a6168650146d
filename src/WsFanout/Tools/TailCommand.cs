using System.CommandLine;

namespace WsFanout.Tools;

/// <summary><c>wsfanout tail 'BTC.*'</c>: prints the messages of channels as they come.</summary>
internal static class TailCommand
{
    public static Command Build(ToolContext context)
    {
        var channels = new Argument<string[]>("channels")
        {
            Description = "Channels or patterns: * is one part of a name, > the rest.",
            Arity = ArgumentArity.OneOrMore,
        };
        channels.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Length == 0)) result.AddError("a channel must not be empty.");
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-'))) result.AddError($"{token.Value} is no option, and no channel begins with '-' here.");
        });
        var url = AddressOption.WebSocket(context, "Address of the clients' endpoint.");
        var json = new Option<bool>("--json") { Description = "Print whole message frames, one a line." };
        var token = new Option<string?>("--token") { Description = "Token to show, where the server asks for one [default: WS_TOKEN]." };
        var command = new Command("tail", "Print the messages of channels as they come; trouble goes to standard error.") { channels, url, json, token };
        command.SetAction((parsed, stop) =>
        {
            var options = new TailOptions
            {
                Endpoint = parsed.GetRequiredValue(url),
                Channels = [.. parsed.GetRequiredValue(channels).Distinct()],
                Token = parsed.GetValue(token) ?? context.ClientToken,
                Json = parsed.GetValue(json),
            };
            var console = parsed.InvocationConfiguration;
            return new Tail(options, new TailPrinter(console.Output, console.Error, options.Json), context.Time).RunAsync(stop);
        });
        return command;
    }
}
