'use strict';

const { aspnet } = require('../aspnet.cjs');

/** Clients connect straight to the hub's WebSocket, without negotiation, and speak its JSON protocol. */
module.exports = aspnet({
  name: 'signalr',
  title: 'SignalR, `Clients.All`',
  folder: __dirname,
  project: 'SignalRBroadcast',
  path: '/feed',
  subscribe: '{"protocol":"json","version":1}\x1e',
});
