'use strict';

const { FakeServer } = require('./fake-server.cjs');

/**
 * The fake server with a history, so that clients can resume. It keeps the promise; `lies` replaces single steps: `deliver` as of FakeServer,
 * `catchUp(missed, since)` → the messages or frames to send between ack and sync, `ack(fields, since)` and `sync(fields)` → their fields,
 * `pong(client, text)`.
 */
async function startFakeHistory(lies = {}) {
  const stored = [];
  const server = await FakeServer.start({
    deliver: lies.deliver,
    pong: lies.pong,
    subscribe: (client, { id, data }) => subscribe(client, id, data),
    opened: (client, url) => {
      const channels = url.searchParams.get('channels');
      if (channels === null) return;
      const since = url.searchParams.get('since');
      subscribe(client, undefined, { channels: channels.split(','), since: since === null ? undefined : Number(since), epoch: url.searchParams.get('epoch') });
    },
  });
  const store = server.store.bind(server);
  server.store = (channel, data) => {
    stored.push({ channel, seq: server.seq + 1, prev: server.lastOf.get(channel) ?? 0, ts: Date.now(), data });
    return store(channel, data);
  };

  function subscribe(client, id, { channels, since }) {
    const seq = server.seq;
    client.follow(channels);
    const fields = { type: 'subscription_ack', id, subscribed: channels, count: channels.length, seq, ts: Date.now(), epoch: 'e1', ...(since === undefined ? {} : { recovered: true }) };
    client.send(JSON.stringify(since === undefined ? fields : lies.ack?.(fields, since) ?? fields));
    if (since === undefined) return;
    const missed = stored.filter((message) => message.seq > since && client.covers(message.channel));
    for (const frame of lies.catchUp?.(missed, since, stored) ?? missed) client.send(frame.type ? JSON.stringify(frame) : text(frame));
    const sync = { type: 'sync', id, seq, ts: Date.now() };
    client.send(JSON.stringify(lies.sync?.(sync) ?? sync));
  }

  return server;
}

function text({ channel, seq, prev, ts, data }) {
  return `{"type":"message","channel":"${channel}","seq":${seq},"prev":${prev},"ts":${ts},"data":${data}}`;
}

module.exports = { startFakeHistory };
