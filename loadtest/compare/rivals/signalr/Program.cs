using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using SignalRBroadcast;

var builder = WebApplication.CreateBuilder(args);

// The generator's clients send nothing after their handshake.
builder.Services.AddSignalR(options => options.ClientTimeoutInterval = TimeSpan.FromHours(1));

var app = builder.Build();
app.MapHub<FeedHub>("/feed");
app.MapPost("/publish", (JsonElement message, IHubContext<FeedHub> hub) => hub.Clients.All.SendAsync("message", message));
app.Run();
