using Microsoft.AspNetCore.Http.Features;
using WsFanout.Messages;

namespace WsFanout.Hosting.Endpoints.Publishing;

/// <summary>Reads the channel that a publish request or one of its lines is for.</summary>
internal static class PublishedChannel
{
    /// <summary>From the path.</summary>
    /// <param name="problem">Why there is none; empty when there is.</param>
    public static bool TryRead(HttpContext context, int maxLength, out string channel, out string problem)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        channel = "";

        // The router has seen the path decoded and without dots; the channel is taken from what was sent, so that both must agree.
        var raw = UrlText.PathOf(target);
        problem = $"the path must be written {PublishEndpoint.Path} and the channel, without escapes or dots before it";
        if (!raw.StartsWith(PublishEndpoint.Path, StringComparison.Ordinal)) return false;
        problem = "the channel's escapes are no UTF-8 text";
        if (!UrlText.TryDecode(raw[PublishEndpoint.Path.Length..], out channel)) return false;

        problem = Problem(channel, maxLength);
        return problem.Length == 0;
    }

    /// <returns>Why the name is none that can be published to; empty when it is.</returns>
    public static string Problem(string channel, int maxLength) => ChannelName.Classify(channel, maxLength) switch
    {
        NameKind.Channel => "",
        NameKind.Pattern => "a pattern is no channel: * and > can't be published to",
        NameKind.EmptyToken => "the channel has an empty token",
        NameKind.TooLong => $"the channel is longer than {maxLength} bytes",
        NameKind.TailNotLast => "> can't be published to",
        _ => "the channel has a control character or white space",
    };
}
