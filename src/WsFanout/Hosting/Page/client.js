// A client of protocol version 1 that keeps its rules: resumes after its position, drops duplicates, checks the
// chain of each channel, comes back with full jitter or exactly when the server says. No dependencies; copy it if it helps.

const BASE_MS = 500;
const CAP_MS = 30_000;
const GOOD_CONNECTION_MS = 30_000;
const HEARTBEAT_MS = 10_000;
const SILENCE_MS = 30_000;
const MAX_CHANNELS = 50_000;
const MAX_GAPS = 64;
const SUBSCRIBE_ID = 1;

/** True when a close code asks the client to stay away. This page has no token to refresh, so 4110 is among them. */
export const isFinal = code => [1000, 1002, 1003, 1007, 1009, 4110].includes(code) || (code >= 4500 && code <= 4599);

export class FanoutClient {
  #url; #channels; #tell;
  #socket = null; #timer = 0; #alive = 0;
  #failures = 0; #openedAt = 0; #heardAt = 0; #retryMs = null; #heartbeat = 0;
  #position = null; #resuming = false; #start = 0;
  #last = new Map(); #gaps = [];
  #clock = { difference: 0, roundTrip: Infinity, sent: new Map() };

  /** tell(kind, detail) hears of everything: state, message, gap, reset, bye, error, ack, fault. */
  constructor(url, channels, tell) {
    this.#url = url;
    this.#channels = channels;
    this.#tell = tell;
  }

  /** The server's wall clock, milliseconds, as well as it can be known from here. */
  serverNow() { return Date.now() + this.#clock.difference; }

  start() {
    this.#tell('state', { state: 'connecting' });
    const socket = this.#socket = new WebSocket(this.#address(), 'wsfanout.v1');
    this.#retryMs = null;
    this.#openedAt = 0;
    this.#heardAt = performance.now();
    socket.onopen = () => { this.#openedAt = performance.now(); };
    socket.onmessage = event => { if (socket === this.#socket) this.#take(event.data); };
    // Node tells of a connection that was refused by an error alone, a browser by an end behind it.
    socket.onerror = () => { if (socket === this.#socket && this.#openedAt === 0) this.#ended(1006, ''); };
    socket.onclose = event => { if (socket === this.#socket) this.#ended(event.code, event.reason); };
    this.#alive = setInterval(() => this.#watch(), HEARTBEAT_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#release()?.close(1000);
    this.#tell('state', { state: 'stopped', reason: 'by you' });
  }

  // With the position, when there is one: while not everybody can be let in at once, who was here before goes first.
  #address() {
    const url = new URL(this.#url);
    if (this.#position) {
      url.searchParams.set('since', this.#position.seq);
      url.searchParams.set('epoch', this.#position.epoch);
    }
    return url;
  }

  #release() {
    clearInterval(this.#alive);
    const socket = this.#socket;
    this.#socket = null;
    return socket;
  }

  // A connection can die without an end; then only silence tells.
  #watch() {
    if (performance.now() - this.#heardAt > SILENCE_MS) {
      const socket = this.#socket;
      this.#ended(0, 'no life sign from the server');
      socket.close();
    } else if (this.#socket.readyState === WebSocket.OPEN) {
      this.#measure();
    }
  }

  #measure() {
    const id = ++this.#heartbeat;
    this.#clock.sent.clear();
    this.#clock.sent.set(id, Date.now());
    this.#send({ type: 'heartbeat', id });
  }

  #send(frame) { this.#socket.send(JSON.stringify(frame)); }

  #ended(code, reason) {
    this.#release();
    const wasOpen = this.#openedAt > 0;
    const why = `${wasOpen ? 'closed' : 'not connected'}${code > 0 && code !== 1006 ? ` ${code}` : ''}${reason ? ` ${reason}` : ''}`;
    if (isFinal(code)) {
      this.#tell('state', { state: 'stopped', reason: why });
      return;
    }
    if (wasOpen && performance.now() - this.#openedAt >= GOOD_CONNECTION_MS) this.#failures = 0;
    const pause = this.#retryMs ?? Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    this.#tell('state', { state: 'waiting', reason: why, pause, refused: !wasOpen });
    this.#timer = setTimeout(() => this.start(), pause);
  }

  #take(text) {
    this.#heardAt = performance.now();
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      this.#tell('fault', { message: 'the server sent a frame that is not JSON' });
      return;
    }
    switch (frame.type) {
      case 'message': this.#message(frame, text); break;
      case 'welcome': this.#welcome(frame); break;
      case 'subscription_ack': this.#acknowledged(frame); break;
      case 'sync': this.#resuming = false; this.#advance(frame); break;
      case 'position': this.#advance(frame); break;
      case 'pong': this.#pong(frame); break;
      case 'gap': this.#gap(frame); break;
      case 'reset': this.#reset(frame); break;
      case 'bye': this.#retryMs = Number.isFinite(frame.retry_ms) ? frame.retry_ms : null; this.#tell('bye', frame); break;
      case 'error': this.#tell('error', frame); break;
    }
  }

  #welcome(frame) {
    this.#tell('state', { state: 'connected', client: frame.client });
    this.#measure();
    const data = { channels: this.#channels };
    if (this.#position) {
      Object.assign(data, { since: this.#position.seq, epoch: this.#position.epoch, at: this.#position.ts });
      this.#resuming = true;
    }
    this.#send({ type: 'subscribe', id: SUBSCRIBE_ID, data });
  }

  #acknowledged(frame) {
    if (!this.#position) {
      this.#position = { seq: frame.seq, ts: frame.ts, epoch: frame.epoch };
      this.#start = frame.seq;
    }
    this.#tell('ack', frame);
  }

  // Until the sync of a resume the position stands still: what was missed is still on its way.
  #advance({ seq, ts }) {
    if (this.#position && !this.#resuming && seq > this.#position.seq) Object.assign(this.#position, { seq, ts });
  }

  #reset(frame) {
    this.#position = { seq: frame.seq, ts: frame.ts, epoch: frame.epoch };
    this.#start = frame.seq;
    this.#last.clear();
    this.#gaps = [];
    this.#tell('reset', frame);
  }

  #gap(frame) {
    this.#gaps.push(frame);
    if (this.#gaps.length > MAX_GAPS) this.#gaps.shift();
    this.#tell('gap', frame);
  }

  #message(frame, text) {
    const { channel, seq, prev } = frame;
    const last = this.#last.get(channel);
    if (last !== undefined && seq <= last) return;

    const unseen = prev !== 0 && (last === undefined ? prev > this.#start : prev !== last);
    if (unseen && !this.#inGap(channel, prev)) this.#tell('fault', { message: `message ${prev} of ${channel} is missing and no gap covers it` });
    if (last === undefined && this.#last.size >= MAX_CHANNELS) {
      // Bounds the memory: what is forgotten can't be checked any more, only what comes from here on.
      this.#last.clear();
      this.#start = this.#position?.seq ?? 0;
    }
    this.#last.set(channel, seq);
    this.#advance(frame);
    this.#tell('message', { frame, text });
  }

  #inGap(channel, seq) {
    return this.#gaps.some(gap => gap.from <= seq && seq <= gap.to
      && (gap.channel === undefined || gap.channel === channel || /[*>]/.test(gap.channel)));
  }

  // The sample with the shortest way there and back is the one to believe.
  #pong(frame) {
    const sent = this.#clock.sent.get(frame.id);
    if (sent === undefined) return;
    const now = Date.now();
    const roundTrip = now - sent;
    if (roundTrip < 0) return;
    // Clocks drift apart: an old good sample slowly gives way.
    this.#clock.roundTrip += 1;
    if (roundTrip > this.#clock.roundTrip) return;
    this.#clock.roundTrip = roundTrip;
    this.#clock.difference = frame.ts - (sent + now) / 2;
  }
}
