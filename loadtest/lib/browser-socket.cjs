'use strict';

const { WebSocketConnection } = require('./websocket.cjs');

/**
 * The load test's own WebSocket with the interface that browsers have, as far as `/client.js` needs it: give it to the client as its option
 * `WebSocket`. Node 18 and 20 have no global one.
 *
 * A token in the subprotocol offer (`bearer.…`) goes as the header `Authorization`, which means the same to the server.
 */
class BrowserSocket {
  constructor(address, protocols = []) {
    this.readyState = 0;
    this.onopen = this.onmessage = this.onerror = this.onclose = null;
    const url = new URL(address);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || (url.protocol === 'wss:' ? 443 : 80));
    const token = protocols.find((protocol) => protocol.startsWith('bearer.'))?.slice('bearer.'.length) ?? null;
    this.connection = new WebSocketConnection({ url, address: host, port }, token, {
      onOpen: () => {
        this.readyState = 1;
        this.onopen?.({});
      },
      onRefused: () => {}, // as in a browser: the end says 1006, and no more
      onText: (buffer, start, end) => this.onmessage?.({ data: buffer.toString('utf8', start, end) }),
      onClosed: ({ code, reason, error }) => {
        this.readyState = 3;
        if (error) this.onerror?.({ message: error });
        this.onclose?.({ code, reason });
      },
    });
  }

  get bufferedAmount() {
    return this.connection.socket.writableLength;
  }

  send(text) {
    this.connection.sendText(text);
  }

  close(code = 1000, reason = '') {
    this.readyState = Math.max(this.readyState, 2);
    this.connection.close(code, reason);
  }
}

module.exports = { BrowserSocket };
