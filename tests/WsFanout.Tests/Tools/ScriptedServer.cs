using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WsFanout.Tests.Tools;

/// <summary>A real web server on a port of the system's choice that plays the script of a test.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ending = new();

    // Counted by request handlers.
    private int _connections;

    private ScriptedServer(WebApplication app) => _app = app;

    /// <summary>Plays one client connection; the number counts from 1.</summary>
    public Func<ScriptedSocket, int, Task> OnClient { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Answers a handshake instead of accepting it, when it returns true.</summary>
    public Func<HttpContext, int, Task<bool>> OnHandshake { get; init; } = (_, _) => Task.FromResult(false);

    /// <summary>Answers every other request.</summary>
    public Func<HttpContext, Task> OnRequest { get; init; } = context => { context.Response.StatusCode = 404; return Task.CompletedTask; };

    /// <summary>Subscriptions as they came, over all connections.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Queries of the handshakes, in their order.</summary>
    public ConcurrentQueue<string> Queries { get; } = new();

    public string Http => _app.Urls.Single();

    public string WebSocket => Http.Replace("http://", "ws://", StringComparison.Ordinal) + "/ws";

    public static async Task<ScriptedServer> StartAsync(Func<WebApplication, ScriptedServer> script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = script(app);
        app.UseWebSockets();
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public static Task<ScriptedServer> ForClientsAsync(Func<ScriptedSocket, int, Task> onClient, Func<HttpContext, int, Task<bool>>? onHandshake = null) =>
        StartAsync(app => new ScriptedServer(app) { OnClient = onClient, OnHandshake = onHandshake ?? ((_, _) => Task.FromResult(false)) });

    public static Task<ScriptedServer> ForRequestsAsync(Func<HttpContext, Task> onRequest) =>
        StartAsync(app => new ScriptedServer(app) { OnRequest = onRequest });

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _app.DisposeAsync();
        _ending.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path != "/ws")
        {
            await OnRequest(context);
            return;
        }
        var number = Interlocked.Increment(ref _connections);
        Queries.Enqueue(context.Request.QueryString.Value ?? "");
        if (await OnHandshake(context, number)) return;

        using var socket = await context.WebSockets.AcceptWebSocketAsync("wsfanout.v1");
        try
        {
            await OnClient(new ScriptedSocket(socket, Requests, _ending.Token), number);
        }
        catch (Exception left) when (left is WebSocketException or OperationCanceledException)
        {
            // The tool under test may leave whenever it likes.
        }
    }
}
