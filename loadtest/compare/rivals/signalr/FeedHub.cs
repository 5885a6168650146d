using Microsoft.AspNetCore.SignalR;

namespace SignalRBroadcast;

/// <summary>Clients only listen.</summary>
internal sealed class FeedHub : Hub;
