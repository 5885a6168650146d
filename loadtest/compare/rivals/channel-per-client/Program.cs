using System.Collections.Concurrent;
using System.Net.WebSockets;
using ChannelPerClient;
using Microsoft.AspNetCore.Connections;

var subscribers = new ConcurrentDictionary<Subscriber, bool>();
var app = WebApplication.CreateBuilder(args).Build();
app.UseWebSockets();

app.Map("/ws", async (HttpContext context) =>
{
    using var socket = await context.WebSockets.AcceptWebSocketAsync();
    var subscriber = new Subscriber(socket);
    subscribers[subscriber] = true;
    try
    {
        await subscriber.ServeAsync(context.RequestAborted);
    }
    catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ConnectionResetException)
    {
        // The client left without a close frame.
    }
    finally
    {
        subscribers.TryRemove(subscriber, out _);
    }
});

app.MapPost("/publish", async (HttpRequest request) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    var message = body.ToArray();
    foreach (var (subscriber, _) in subscribers) subscriber.Enqueue(message);
    return Results.NoContent();
});

app.Run();
