using Microsoft.AspNetCore.Connections;
using WsFanout.Clients;
using WsFanout.Fanout;
using WsFanout.Governor.Entry;
using WsFanout.Telemetry;
using WsFanout.Transport;
using WsFanout.Transport.Direct;

namespace WsFanout.Hosting.Endpoints;

/// <summary><c>GET /ws</c>, and <c>/__echo</c> with <c>WS_TEST_ECHO</c>: admits a client, upgrades its connection, gives it to a worker, and holds its place until it is gone.</summary>
internal sealed class WebSocketEndpoint(
    ServerState state, EntryRules rules, Admission admission, Workers workers, ClientOptions options, ClientMetrics metrics)
{
    public const string Path = "/ws";
    public const string EchoPath = "/__echo";

    /// <param name="echoes">Whether it is to be a client that gets back what it says, and nothing else.</param>
    public async Task HandleAsync(HttpContext context, bool echoes)
    {
        var requestedAt = state.Time.GetTimestamp();
        if (!Handshake.IsUpgrade(context))
        {
            Handshake.TellVersion(context);
            await RefuseAsync(context, Refusal.UpgradeRequired);
            return;
        }

        if (!Handshake.HasKey(context))
        {
            await RefuseAsync(context, Refusal.BadRequest with { Message = "Sec-WebSocket-Key must be 16 bytes in base64" });
            return;
        }

        if (UrlText.ReadQuery(context.Request.QueryString.Value ?? "") is not { } query)
        {
            await RefuseAsync(context, Refusal.BadRequest with { Message = "the query has an escape that is no UTF-8 text" });
            return;
        }

        if (rules.Origins.Objection(context.Request.Headers.Origin) is { } objection)
        {
            await RefuseAsync(context, Refusal.ForbiddenOrigin with { Message = objection });
            return;
        }

        using var entry = state.Enter();
        if (state.IsDraining || !state.Source.State.EverAttached)
        {
            await RefuseAsync(context, state.IsDraining ? Refusal.Draining : Refusal.Starting);
            return;
        }

        // Before it takes a place or a bit of anybody's rate; it costs about as much as the refusal of a newcomer.
        if (rules.Token.Objection(context, query, isNeeded: echoes, out var claims) is { } unauthorized)
        {
            await RefuseAsync(context, Refusal.Unauthorized with { Message = unauthorized });
            return;
        }

        var lease = admission.TryEnter(Look(context, query), out var refused);
        if (lease is null)
        {
            await RefuseAsync(context, refused!.Value);
            return;
        }

        context.Features.Get<AcceptCharge>()?.Served();
        var join = new JoinTerms(echoes ? null : UrlSubscription.Read(query), requestedAt, echoes, claims);
        if (context.Features.Get<HttpConnection>() is { } direct) await HandOverAsync(context, direct, lease, join);
        else await ServeAsync(context, lease, join, entry);
    }

    /// <summary>The direct way: once the upgrade is on its way the worker takes the socket over, and nothing of this request is left.</summary>
    private static async Task HandOverAsync(HttpContext context, HttpConnection connection, SlotLease lease, JoinTerms join)
    {
        Stream stream;
        try
        {
            stream = await Handshake.AcceptAsync(context, Handshake.Agree(context));
        }
        catch
        {
            lease.Dispose();
            throw;
        }

        connection.TakeOver(lease.PassOn());
        try
        {
            connection.Leave(join, await ReadEarlyAsync(stream));
        }
        catch (ConnectionResetException)
        {
            // The client went before the worker had its socket: the place goes with that, and it is nobody's fault.
        }
    }

    /// <summary>What the client sent right behind its handshake; bounded by the connection's pipe.</summary>
    private static async Task<byte[]> ReadEarlyAsync(Stream stream)
    {
        var early = new MemoryStream();
        await stream.CopyToAsync(early);
        return early.ToArray();
    }

    /// <summary>The stream way: this request lasts as long as the client.</summary>
    private async Task ServeAsync(HttpContext context, SlotLease lease, JoinTerms join, ServerState.Entry entry)
    {
        using (lease)
        {
            var subprotocol = Handshake.Agree(context);
            var stream = new UpgradedStream(await Handshake.AcceptAsync(context, subprotocol), state.Time);
            var connection = new StreamConnection(stream, subprotocol, join.Echoes ? Echo.MaxMessageBytes : options.MaxMessageBytes, join.Echoes, context.Abort);
            var worker = workers.Next();
            worker.Join(new JoinRequest(connection, join));
            entry.Dispose();
            await connection.RunAsync(worker.Inbox);
        }
    }

    private Newcomer Look(HttpContext context, IReadOnlyDictionary<string, string> query) => new(
        admission.AddressOf(context.Connection.RemoteIpAddress, context.Request.Headers[ForwardedFor.Header]),
        UrlSubscription.ResumesIn(state.Position.Epoch, query));

    private Task RefuseAsync(HttpContext context, Refusal refusal) => RefuseAsync(context, admission.Refuse(refusal));

    private Task RefuseAsync(HttpContext context, Refused refused)
    {
        context.Features.Get<AcceptCharge>()?.Refused();
        metrics.ClientRefused(refused.Why.Word);
        return RefusalAnswer.WriteAsync(context, refused);
    }
}
