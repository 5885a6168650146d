// A client of WsFanout, protocol version 1: it keeps every rule of "Rules for clients" in docs/PROTOCOL.md, so that nothing is
// lost in silence. For browsers and Node, without dependencies, in one file: import it from a server's /client.js, or copy it.
// How to use it: docs/CLIENT.md. It is longer than the house likes because it is to stay one file.

const BASE_MS = 500;
const CAP_MS = 30_000;
const GOOD_CONNECTION_MS = 30_000;
const ANSWER_MS = 15_000; // how long a welcome or an acknowledgement may take
const LOOK_MS = 1_000;
const ASK_AGAIN_MS = 1_100; // after rate_limited, which is said once a second at most: whatever goes out later is taken, or refused aloud
const LONGEST_ASK_AGAIN_MS = 13_000; // at the lowest rate, one in 10 s, a request is taken then; and it is told so within ANSWER_MS
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const MAX_UNSENT_BYTES = 1_048_576;
const DEFAULT_PING_SECONDS = 30;
const DEFAULT_REQUEST_BYTES = 16_384; // the server's default; its welcome says what holds
const SHORTEST_REFRESH_MS = 1_000;
const REFRESH_AGAIN_MS = 5_000;

/** True when a close code asks the client to stay away for good. 4110 asks for a fresh token, which not every client has. */
export const isFinal = code => [1000, 1002, 1003, 1007, 1009].includes(code) || (code >= 4500 && code <= 4599);

/** True when a channel is the name or matches the pattern: `*` is one token, a last `>` one or more. */
export function covers(name, channel) {
  if (name === channel) return true;
  const wanted = name.split('.');
  const tokens = channel.split('.');
  const open = wanted.at(-1) === '>';
  const fixed = open ? wanted.length - 1 : wanted.length;
  if (open ? tokens.length <= fixed : tokens.length !== fixed) return false;
  for (let i = 0; i < fixed; i++) {
    if (wanted[i] !== '*' && wanted[i] !== tokens[i]) return false;
  }
  return true;
}

/** Pauses between attempts: full jitter, the cap before the jitter. */
export class Backoff {
  #random; #failures = 0;

  constructor(random = Math.random) { this.#random = random; }

  /** Milliseconds to wait before the next attempt. */
  next() {
    const most = Math.min(CAP_MS, BASE_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    return this.#random() * most;
  }

  reset() { this.#failures = 0; }
}

/**
 * What a client has seen of the stream: its position, the last message of each channel, the gaps it was told of. No socket, no
 * clock: it is given every request as it goes out and every frame as it comes in, in order, and outlives connections.
 */
export class Tracker {
  #maxChannels; #maxGaps;
  #position = null;
  #unanswered = new Map(); // id of a subscribe or unsubscribe without its ack → its data
  #resuming = new Set(); // ids of subscribes with since that have had no sync: until then the position stands still
  #starts = new Map(); // subscription → what it is owed lies above this seq
  #last = new Map(); // channel → seq of its last message, the longest silent channel first
  #forgotten = 0; // no channel that was forgotten has seen a higher seq
  #gaps = [];
  #gapsForgotten = 0; // no gap that was forgotten reaches higher
  #lookingBack = false;

  /**
   * @param {object} [bounds]
   * @param {{seq: number, ts: number, epoch: string}} [bounds.position] where to go on from
   * @param {number} [bounds.maxChannels] Channels remembered. Full: the tenth that has been silent longest is forgotten. For those
   *   nothing at or below the last seq seen of any of them can be checked any more, and a copy of it not be recognised.
   * @param {number} [bounds.maxGaps] Gaps remembered. Full: the oldest is forgotten; holes that reach no higher are not reported any more.
   */
  constructor({ position = null, maxChannels = 50_000, maxGaps = 1_000 } = {}) {
    this.#position = position && { ...position };
    this.#maxChannels = maxChannels;
    this.#maxGaps = maxGaps;
  }

  /** Where to resume, `{seq, ts, epoch}`; null before the first subscription was acknowledged. */
  get position() { return this.#position && { ...this.#position }; }

  /** A new connection begins, on which these names are going to be asked for: nothing is on its way any more. */
  connecting(names) {
    this.#unanswered.clear();
    this.#resuming.clear();
    this.#lookingBack = false;
    const kept = new Set(names);
    this.#leave([...this.#starts.keys()].filter(name => !kept.has(name)));
  }

  /** A request goes out, perhaps again, with the same id. */
  asked({ type, id, data }) {
    if (type !== 'subscribe' && type !== 'unsubscribe') return;
    const { since, epoch, at = 0 } = data;
    this.#unanswered.set(id, data);
    if (since === undefined) return;
    this.#resuming.add(id);
    if (!this.#position || since < this.#position.seq) this.#position = { seq: since, ts: at, epoch };
  }

  /** A request that the server never took is not going to be asked again: nothing waits for its answer. */
  withdrawn(id) {
    this.#unanswered.delete(id);
    this.#resuming.delete(id);
  }

  /**
   * A frame came in. Frames and fields that are not known are ignored.
   * @returns {'new' | 'hole' | 'duplicate' | 'replayed' | undefined} Of a message: new; new, but the one before it never came and no
   *   gap covers it; to be dropped; asked for by `replay`.
   */
  take(frame) {
    switch (frame.type) {
      case 'message': return this.#message(frame);
      case 'position': this.#advance(frame); break;
      case 'sync': this.#resuming.delete(frame.id); this.#advance(frame); break;
      case 'subscription_ack': this.#subscribed(frame); break;
      case 'unsubscription_ack': this.#unsubscribed(frame); break;
      case 'gap': this.#gap(frame); break;
      case 'reset': this.#reset(frame); break;
      case 'replay_begin': this.#lookingBack = true; break;
      case 'replay_complete': this.#lookingBack = false; break;
      case 'error': this.#refused(frame); break;
    }
  }

  #message({ channel, seq, prev, ts }) {
    if (this.#lookingBack) return 'replayed';
    const last = this.#last.get(channel);
    if (last !== undefined && seq <= last) return 'duplicate';

    // Of a channel not seen yet only what came after the subscription can be missing.
    const whole = prev === 0 || (last === undefined ? prev <= this.#startOf(channel) : prev === last) || this.#isInGap(channel, prev);
    this.#remember(channel, seq, last !== undefined);
    this.#advance({ seq, ts });
    return whole ? 'new' : 'hole';
  }

  #remember(channel, seq, isKnown) {
    if (isKnown) this.#last.delete(channel);
    else if (this.#last.size >= this.#maxChannels) this.#forget(Math.ceil(this.#maxChannels / 10));
    this.#last.set(channel, seq);
  }

  #forget(count) {
    for (const [channel, seq] of this.#last) {
      if (count-- === 0) return;
      this.#last.delete(channel);
      this.#forgotten = Math.max(this.#forgotten, seq);
    }
  }

  #startOf(channel) {
    let start = Infinity;
    for (const [name, from] of this.#starts) {
      if (from < start && covers(name, channel)) start = from;
    }
    return Math.max(start, this.#forgotten);
  }

  #isInGap(channel, seq) {
    return seq <= this.#gapsForgotten
      || this.#gaps.some(gap => gap.from <= seq && seq <= gap.to && (gap.channel === undefined || covers(gap.channel, channel)));
  }

  #advance({ seq, ts }) {
    if (this.#position && this.#resuming.size === 0 && seq > this.#position.seq) Object.assign(this.#position, { seq, ts });
  }

  #subscribed({ id, subscribed, seq, ts, epoch }) {
    const { channels = [], since } = this.#unanswered.get(id) ?? {};
    this.#unanswered.delete(id);
    this.#position ??= { seq, ts, epoch };
    for (const name of subscribed) {
      if (!this.#starts.has(name)) this.#starts.set(name, since ?? seq);
    }
    const accepted = new Set(subscribed);
    this.#leave(channels.filter(name => !accepted.has(name)));
  }

  // The server names only what it had: a name whose resume it never took is left as well.
  #unsubscribed({ id, unsubscribed }) {
    const { channels = [] } = this.#unanswered.get(id) ?? {};
    this.#unanswered.delete(id);
    this.#leave([...unsubscribed, ...channels]);
  }

  // Before its ack an error means the whole request. One that came too early is asked again, and the position waits for it.
  #refused({ id, code }) {
    const request = this.#unanswered.get(id);
    if (!request || code === 'rate_limited') return;
    this.withdrawn(id);
    this.#leave(request.channels);
  }

  // What isn't subscribed any more is not followed: a later subscription begins anew.
  #leave(names) {
    if (names.length === 0) return;
    for (const name of names) this.#starts.delete(name);
    const patterns = [...this.#starts.keys()].filter(name => /[*>]/.test(name));
    for (const channel of this.#last.keys()) {
      if (!this.#starts.has(channel) && !patterns.some(pattern => covers(pattern, channel))) this.#last.delete(channel);
    }
  }

  #gap({ channel, from, to }) {
    if (this.#gaps.length >= this.#maxGaps) this.#gapsForgotten = Math.max(this.#gapsForgotten, this.#gaps.shift().to);
    this.#gaps.push({ channel, from, to });
  }

  #reset({ seq, ts, epoch }) {
    this.#position = { seq, ts, epoch };
    this.#last.clear();
    this.#gaps = [];
    this.#forgotten = this.#gapsForgotten = 0;
    for (const name of this.#starts.keys()) this.#starts.set(name, seq);
  }
}

const systemClock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimeout: (then, ms) => setTimeout(then, Math.min(ms, LONGEST_TIMER_MS)),
  clearTimeout: timer => clearTimeout(timer),
  random: () => Math.random(),
};

// What must not pass unheard: without a callback it goes to the console.
const LOUD = new Set(['gap', 'reset', 'unrecovered', 'fault', 'error', 'close']);

/** One connection after another to one server address, with one position for all subscriptions. */
export class FanoutClient {
  #url; #options; #on; #clock; #tracker; #backoff;
  #wanted = new Map(); // name → {last, held, shows}; held once a server has acknowledged it: from then on it is resumed; shows: see subscribe
  #state = 'closed'; #attempt = null; #socket = null; #welcome = null; #bye = null;
  #timer = null; #look = null; #openedAt = null; #heardAt = 0; #lookedAt = 0; #isDoubted = false;
  #ids = 0; #unanswered = new Map(); // id of a subscribe or unsubscribe → {request, askedAt}, in their order
  #slow = null; // {pause, timer, heardAt} from rate_limited until all is answered: requests take turns
  #token = null; #fetching = null; #refresh = null;
  #buffered = 0; #isBehind = false; #holes = 0;

  /**
   * @param {string | URL} url the server's `/ws`; http and https are taken as ws and wss, a relative one belongs to the page
   * @param {object} [options]
   * @param {string[]} [options.channels] names and patterns, as if by `subscribe`
   * @param {object} [options.on] callbacks by name: see docs/CLIENT.md
   * @param {string | (() => string | Promise<string>)} [options.token] a token, or who gives a fresh one
   * @param {{seq: number, ts: number, epoch: string}} [options.position] where an earlier client of these channels stopped
   * @param {Function} [options.WebSocket] an implementation with the browsers' interface, where there is no global one
   * @param {number} [options.maxBuffered] messages that asynchronous callbacks may have in hand, 10,000. Full: the client leaves,
   *   waits until all are done, and resumes.
   * @param {number} [options.maxChannels] channels remembered, 50,000: see Tracker
   * @param {number} [options.maxGaps] gaps remembered, 1,000: see Tracker
   * @throws {TypeError} the address is none
   */
  constructor(url, options = {}) {
    this.#url = new URL(url, globalThis.location?.href);
    this.#url.protocol = this.#url.protocol.replace('http', 'ws');
    this.#url.hash = '';
    this.#options = { WebSocket: globalThis.WebSocket, maxBuffered: 10_000, ...options };
    if (!this.#options.WebSocket) throw new TypeError('there is no WebSocket here: give an implementation as the option WebSocket');
    this.#on = options.on ?? {};
    this.#clock = options.clock ?? systemClock;
    this.#tracker = new Tracker(options);
    this.#backoff = new Backoff(this.#clock.random);
    for (const name of options.channels ?? []) this.#wanted.set(name, { last: false, held: Boolean(options.position) });
  }

  /** `connecting`, `connected`, `waiting` (for the next attempt, or for the application) or `closed`. */
  get state() { return this.#state; }

  /** Where the application is: keep it to go on there in another process or page. Covers every message that a callback was given. */
  get position() { return this.#tracker.position; }

  /** Messages that asynchronous callbacks have in hand. */
  get bufferedMessages() { return this.#buffered; }

  /** Holes that no gap covers: what the server lost in silence. */
  get holes() { return this.#holes; }

  /** Begins; after `close` it begins again where it was. */
  connect() {
    if (this.#state === 'closed') this.#connect();
    return this;
  }

  /** Subscribes, now or as soon as there is a connection. With `last` the newest message of each channel comes first, as `snapshot`. */
  subscribe(channels, { last = false } = {}) {
    for (const name of channels) if (!this.#wanted.get(name)?.held) this.#wanted.set(name, { last, held: false });
    if (this.#state !== 'connected') return;
    // A name that waits for its resume must not be there before: it would be left out of it.
    const resuming = this.#resuming();
    const waits = name => resuming.has(name) && this.#wanted.get(name).held;
    if (last) for (const name of channels.filter(waits)) this.#wanted.get(name).shows = true;
    this.#subscribe(channels.filter(name => !waits(name)), last ? { last } : {});
  }

  /** Messages that are on their way may still come until `unsubscribed`. */
  unsubscribe(channels) {
    for (const name of channels) this.#wanted.delete(name);
    if (this.#state === 'connected') this.#insist('unsubscribe', channels, {});
  }

  /** Asks for what was stored above `since` on the present subscriptions. @returns {number | null} its id; null when it can't be sent now */
  replay(since) { return this.#ask({ type: 'replay', id: ++this.#ids, data: { since } }); }

  /** Asks for a `pong`. @returns {number | null} its id; null when it can't be sent now */
  heartbeat() { return this.#ask({ type: 'heartbeat', id: ++this.#ids }); }

  /** Ends it for good. No callback follows but `state` and `close`. */
  close() {
    if (this.#state !== 'closed') this.#finish(1000, 'closed by the application', Boolean(this.#on.close));
  }

  // --- connections

  async #connect() {
    const attempt = this.#attempt = {};
    this.#become('connecting');
    let socket;
    try {
      if (this.#options.token) this.#token ??= await this.#freshToken();
    } catch (failure) {
      if (attempt === this.#attempt) this.#retry(`no token: ${failure.message}`);
      return;
    }
    if (attempt !== this.#attempt) return;
    try {
      socket = new this.#options.WebSocket(this.#address(), this.#token ? ['wsfanout.v1', `bearer.${this.#token}`] : ['wsfanout.v1']);
    } catch (failure) {
      // As for ws: from a page of https:. It would fail for ever.
      this.#finish(1006, failure.message);
      return;
    }
    this.#socket = socket;
    this.#heardAt = this.#lookedAt = this.#clock.now();
    this.#tracker.connecting(this.#wanted.keys());
    socket.onopen = () => { this.#openedAt = this.#clock.now(); };
    socket.onmessage = ({ data }) => { if (socket === this.#socket) this.#take(data); };
    // Node tells of a connection that was refused by an error alone, a browser by an end behind it.
    socket.onerror = () => { if (socket === this.#socket && this.#openedAt === null) this.#ended(1006, ''); };
    socket.onclose = ({ code, reason }) => { if (socket === this.#socket) this.#ended(code, reason); };
    this.#look = this.#clock.setTimeout(() => this.#watch(), LOOK_MS);
  }

  // With the position, when there is one: while not everybody can be let in at once, who was here before goes first.
  #address() {
    const url = new URL(this.#url);
    const { position } = this.#tracker;
    if (position) {
      url.searchParams.set('since', position.seq);
      url.searchParams.set('epoch', position.epoch);
      url.searchParams.set('at', position.ts);
    }
    return url.href;
  }

  #release() {
    for (const timer of [this.#timer, this.#look, this.#refresh, this.#slow?.timer]) this.#clock.clearTimeout(timer);
    this.#unanswered.clear();
    this.#slow = null;
    const socket = this.#socket;
    this.#attempt = this.#socket = this.#welcome = this.#bye = this.#openedAt = null;
    this.#isDoubted = false;
    return socket;
  }

  #ended(code, reason) {
    // The server's own word, when the end itself says nothing.
    if (this.#bye && (code === 1005 || code === 1006)) ({ code, reason } = this.#bye);
    if (isFinal(code) || (code === 4110 && typeof this.#options.token !== 'function')) {
      this.#finish(code, reason);
      return;
    }
    // A browser doesn't say why a handshake failed: it may have been the token.
    if (this.#openedAt === null || code === 4110) this.#token = null;
    this.#retry(`${this.#openedAt === null ? 'not connected' : 'closed'} ${code === 1006 ? '' : code} ${reason}`.replace(/ +/g, ' ').trim());
  }

  #retry(reason) {
    const refused = this.#openedAt === null;
    if (!refused && this.#clock.now() - this.#openedAt >= GOOD_CONNECTION_MS) this.#backoff.reset();
    const asked = this.#bye?.retry_ms;
    const pause = Number.isFinite(asked) && asked >= 0 ? asked : this.#backoff.next();
    this.#release();
    this.#timer = this.#clock.setTimeout(() => this.#connect(), pause);
    this.#become('waiting', { reason, pause, refused });
  }

  // The connection is no use any more, though it hasn't ended.
  #leave(reason) {
    const socket = this.#socket;
    this.#retry(reason);
    socket.close();
  }

  #finish(code, reason, tells = true) {
    this.#isBehind = false;
    this.#release()?.close(1000);
    this.#become('closed', { code, reason });
    if (tells) this.#tell('close', { code, reason });
  }

  #become(state, more = {}) {
    this.#state = state;
    this.#tell('state', { state, ...more });
  }

  // A connection can die without an end; then only silence tells. Positions come at least once in every ping interval.
  #watch() {
    const now = this.#clock.now();
    const stoodStill = now - this.#lookedAt > 3 * LOOK_MS;
    this.#lookedAt = now;
    this.#look = this.#clock.setTimeout(() => this.#watch(), LOOK_MS);
    const limit = this.#welcome ? 2_000 * (this.#welcome.ping ?? DEFAULT_PING_SECONDS) + 5_000 : ANSWER_MS;
    // After a stall of our own, as a browser's of a page that nobody sees, what came meanwhile may not have been read yet.
    if (stoodStill && !this.#isDoubted) this.#heardAt = Math.max(this.#heardAt, now - limit / 2 - 1);
    const silence = now - this.#heardAt;
    const oldest = Math.max(this.#unanswered.values().next().value?.askedAt ?? now, this.#slow?.heardAt ?? 0);
    if (silence > limit) this.#leave('no life sign from the server');
    else if (now - oldest > ANSWER_MS && !stoodStill) this.#leave('a request was not answered');
    else if (silence > limit / 2 && !this.#isDoubted) {
      this.#isDoubted = true;
      this.heartbeat();
    }
  }

  // --- requests

  /** @returns {boolean} false when it can't be sent: there is no connection, or it takes nothing more */
  #send(request) {
    if (this.#state !== 'connected' || this.#socket.bufferedAmount > MAX_UNSENT_BYTES) return false;
    this.#tracker.asked(request);
    this.#socket.send(JSON.stringify(request));
    return true;
  }

  #ask(request) { return this.#send(request) ? request.id : null; }

  // Subscriptions are told again on the next connection.
  #must(request) {
    if (this.#state === 'connected' && !this.#send(request)) this.#leave('the connection takes no more requests');
  }

  #subscribe(names, more) { this.#insist('subscribe', names, more); }

  // What is asked again until it is answered. While requests take turns it goes behind the others.
  #insist(type, names, more) {
    if (this.#state !== 'connected') return;
    for (const channels of this.#parts(names, JSON.stringify(more).length)) {
      if (this.#state !== 'connected') return;
      const request = { type, id: ++this.#ids, data: { channels, ...more } };
      this.#unanswered.set(request.id, { request, askedAt: this.#clock.now() });
      if (!this.#slow) this.#must(request);
    }
  }

  // Which request was refused the server doesn't say, and of several only once a second that there was one: each that has no answer may
  // be among them. One at a time, as its answer or the pause allows, since refused ones are charged too, and too many end the connection.
  #slowDown() {
    const heardAt = this.#clock.now();
    if (this.#slow) this.#slow.heardAt = heardAt;
    else this.#takeTurns(ASK_AGAIN_MS, heardAt);
  }

  #takeTurns(pause, heardAt) {
    const timer = this.#clock.setTimeout(() => {
      this.#takeTurns(Math.min(2 * pause, LONGEST_ASK_AGAIN_MS), this.#slow.heardAt);
      if (this.#askOldest()) return;
      this.#clock.clearTimeout(this.#slow?.timer);
      this.#slow = null;
    }, pause);
    this.#slow = { pause, timer, heardAt };
  }

  /** @returns {object | undefined} The request that was answered. */
  #answered(id) {
    const request = this.#unanswered.get(id)?.request;
    this.#unanswered.delete(id);
    if (request && this.#slow) {
      this.#clock.clearTimeout(this.#slow.timer);
      this.#takeTurns(ASK_AGAIN_MS, this.#clock.now());
      this.#askOldest();
    }
    return request;
  }

  /** @returns {boolean} false when nothing is left to ask for */
  #askOldest() {
    for (const [id, { request }] of this.#unanswered) {
      request.data = this.#stillWanted(request);
      if (request.data.channels.length > 0) {
        this.#must(request);
        return true;
      }
      this.#unanswered.delete(id);
      this.#tracker.withdrawn(id);
    }
    return false;
  }

  // Later requests may have been taken before. The position has stood still for a resume, or a reset has moved it.
  #stillWanted({ type, data }) {
    const channels = data.channels.filter(name => this.#wanted.has(name) === (type === 'subscribe'));
    if (data.since === undefined) return { ...data, channels };
    const { seq, epoch, ts } = this.#tracker.position;
    return { channels, since: seq, epoch, at: ts };
  }

  /** The names of which it isn't known yet that a server has taken their resume. */
  #resuming() {
    return new Set([...this.#unanswered.values()].flatMap(({ request: { data } }) => (data.since === undefined ? [] : data.channels)));
  }

  /** The names in as many requests as the server's limit for one asks for. */
  * #parts(names, more) {
    const utf8 = new TextEncoder();
    const room = (this.#welcome.limits?.message_bytes ?? DEFAULT_REQUEST_BYTES) - more - 100;
    let part = [];
    let bytes = 0;
    for (const name of names) {
      const size = utf8.encode(JSON.stringify(name)).length + 1;
      if (part.length > 0 && bytes + size > room) {
        yield part;
        part = [];
        bytes = 0;
      }
      part.push(name);
      bytes += size;
    }
    if (part.length > 0) yield part;
  }

  // --- frames

  #take(text) {
    this.#heardAt = this.#clock.now();
    this.#isDoubted = false;
    const frame = parse(text);
    if (!frame) {
      this.#tell('fault', { message: 'the server sent a frame that is not of this protocol' });
      return;
    }
    if (frame.type === 'message') {
      this.#message(frame, text);
      return;
    }
    this.#tracker.take(frame);
    switch (frame.type) {
      case 'welcome': this.#welcomed(frame); break;
      case 'subscription_ack': this.#subscribed(frame); break;
      case 'unsubscription_ack': this.#unsubscribed(frame); break;
      case 'bye':
        this.#bye = frame;
        this.#tell('bye', frame);
        break;
      case 'error': this.#refused(frame); break;
      case 'auth_ack': this.#refreshLater(frame.expires); break;
      case 'sync': case 'snapshot': case 'gap': case 'reset': case 'pong': this.#tell(frame.type, frame); break;
      case 'replay_begin': case 'replay_complete': this.#tell('replay', frame); break;
    }
  }

  #message(frame, text) {
    const verdict = this.#tracker.take(frame);
    if (verdict === 'duplicate') return;
    if (verdict === 'hole') {
      const { channel, seq, prev } = frame;
      this.#holes++;
      this.#tell('fault', { message: `message ${prev} of ${channel} is missing before ${seq}, and no gap covers it`, channel, seq, prev });
    }
    const work = this.#tell('message', frame, text, verdict === 'replayed');
    if (typeof work?.then === 'function') this.#follow(work);
  }

  // Bounds what an application that is slower than the stream has in hand: the rest stays with the server, and comes by resuming.
  #follow(work) {
    this.#buffered++;
    if (this.#buffered > this.#options.maxBuffered && this.#socket) {
      this.#isBehind = true;
      this.#release().close(1000);
      this.#become('waiting', { reason: 'the application is behind' });
    }
    Promise.resolve(work).finally(() => {
      this.#buffered--;
      if (!this.#isBehind || this.#buffered > 0) return;
      this.#isBehind = false;
      this.#connect();
    });
  }

  #welcomed(frame) {
    this.#welcome = frame;
    this.#state = 'connected';
    this.#refreshLater();
    const { position } = this.#tracker;
    const names = (held, last) => [...this.#wanted].filter(([, one]) => one.held === held && (held || one.last === last)).map(([name]) => name);
    if (position) this.#subscribe(names(true), { since: position.seq, epoch: position.epoch, at: position.ts });
    this.#subscribe(names(false, false), {});
    this.#subscribe(names(false, true), { last: true });
    if (this.#welcome === frame) this.#become('connected', { client: frame.client });
  }

  #subscribed(frame) {
    const asked = this.#answered(frame.id)?.data.channels ?? [];
    const accepted = new Set(frame.subscribed);
    const shown = [];
    for (const name of asked) {
      const one = this.#wanted.get(name);
      if (!accepted.has(name)) this.#wanted.delete(name); // an error says why
      else if (one) {
        one.held = true;
        if (one.shows) shown.push(name);
        one.shows = false;
      }
    }
    this.#subscribe(shown, { last: true });
    this.#tell('subscribed', frame);
    if (frame.recovered === false) this.#tell('unrecovered', frame);
  }

  #unsubscribed(frame) {
    this.#answered(frame.id);
    // Without our asking: the server withdraws what a new token doesn't allow.
    if (frame.id === undefined) for (const name of frame.unsubscribed) this.#wanted.delete(name);
    this.#tell('unsubscribed', frame);
  }

  #refused(frame) {
    if (frame.code === 'rate_limited') this.#slowDown();
    else {
      const request = this.#answered(frame.id);
      if (request?.type === 'subscribe') for (const name of request.data.channels) this.#wanted.delete(name);
    }
    this.#tell('error', frame);
  }

  // --- tokens

  // One at a time, whoever asks.
  #freshToken() {
    const { token } = this.#options;
    this.#fetching ??= Promise.resolve(typeof token === 'function' ? token() : token).finally(() => { this.#fetching = null; });
    return this.#fetching;
  }

  // At 80 % of its life. A token that isn't one of ours to read is renewed only when the server says that it has expired.
  #refreshLater(expires) {
    this.#clock.clearTimeout(this.#refresh);
    if (typeof this.#options.token !== 'function') return;
    const claims = claimsOf(this.#token);
    const end = expires ?? claims.exp;
    if (!Number.isFinite(end)) return;
    const left = end * 1000 - this.#clock.wall();
    const life = Number.isFinite(claims.iat) && claims.iat < end ? (end - claims.iat) * 1000 : left;
    this.#refreshIn(Math.max(SHORTEST_REFRESH_MS, Math.min(left - life * 0.2, life * 0.8)));
  }

  #refreshIn(ms) { this.#refresh = this.#clock.setTimeout(() => this.#renew(), ms); }

  async #renew() {
    const socket = this.#socket;
    try {
      this.#token = await this.#freshToken();
      if (socket === this.#socket) this.#ask({ type: 'auth', id: ++this.#ids, data: { token: this.#token } });
    } catch (failure) {
      if (socket !== this.#socket) return;
      this.#tell('error', { type: 'error', code: 'no_token', message: failure.message });
      this.#refreshIn(REFRESH_AGAIN_MS);
    }
  }

  #tell(kind, ...details) {
    if (this.#on[kind]) return this.#on[kind](...details);
    if (LOUD.has(kind)) console.warn(`wsfanout: ${kind}`, ...details);
    return undefined;
  }
}

const NUMBERS = { message: ['seq', 'prev'], subscription_ack: ['seq'], sync: ['seq'], position: ['seq'], gap: ['from', 'to'], reset: ['seq'] };
const LISTS = { subscription_ack: 'subscribed', unsubscription_ack: 'unsubscribed' };

/** The frame, or null when it is none or lacks what the rules need. */
function parse(text) {
  try {
    const frame = JSON.parse(text);
    const { type } = frame;
    const isWhole = typeof type === 'string' && (NUMBERS[type] ?? []).every(name => Number.isSafeInteger(frame[name]))
      && (type !== 'message' || typeof frame.channel === 'string') && (!LISTS[type] || Array.isArray(frame[LISTS[type]]));
    return isWhole ? frame : null;
  } catch {
    return null;
  }
}

/** What a JWT says of itself, unproven; nothing when it is none. */
function claimsOf(token) {
  try {
    return JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'))) ?? {};
  } catch {
    return {};
  }
}
