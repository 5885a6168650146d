using System.CommandLine;
using System.CommandLine.Parsing;

namespace WsFanout.Tools;

/// <summary>The option <c>--url</c> of the commands, with the listener of this machine as its default.</summary>
internal static class AddressOption
{
    public static Option<Uri> Http(ToolContext context, string description) => context.AdminAddress is { } admin
        ? Build(admin, isTls: false, description, webSocket: false)
        : Build(context.Address, context.IsTls, description, webSocket: false);

    /// <summary>Where publishes are taken.</summary>
    public static Option<Uri> Publish(ToolContext context, string description) =>
        context.PublishAddress is { } publish ? Build(publish, isTls: false, description, webSocket: false) : Http(context, description);

    public static Option<Uri> WebSocket(ToolContext context, string description) => Build(context.Address, context.IsTls, description, webSocket: true);

    private static Option<Uri> Build(string listener, bool isTls, string description, bool webSocket)
    {
        // An address that cannot be called is only a problem when it is needed.
        var known = ServerUrl.OfListener(listener, isTls);
        if (webSocket && known is not null) known = ServerUrl.ToWebSocket(known);
        return new Option<Uri>("--url")
        {
            Description = description,
            HelpName = webSocket ? "ws://host:port/ws" : "http://host:port",
            DefaultValueFactory = result => known ?? Fail(result, $"the server's address '{listener}' has no port that can be called: give --url"),
            CustomParser = result => Read(result, webSocket),
        };
    }

    private static Uri? Read(ArgumentResult result, bool webSocket)
    {
        var text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        var good = webSocket
            ? ServerUrl.TryReadWebSocket(text, out var url, out var problem)
            : ServerUrl.TryReadHttp(text, out url, out problem);
        return good ? url : Fail(result, $"--url: {problem}");
    }

    private static Uri Fail(ArgumentResult result, string problem)
    {
        result.AddError(problem);
        // Never used: a result with an error is not run.
        return new Uri("about:blank");
    }
}
