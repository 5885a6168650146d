// The console: what a FanoutClient hears goes to the parts of the page, which are drawn at most ten times a second, plots and tables once.

import { FanoutClient } from './client.js';
import { ServerClock } from './clock.js';
import { at, mark, say } from './dom.js';
import { EventList } from './eventlist.js';
import { ServerLoad } from './load.js';
import { Messages } from './messages.js';
import { offerPublishing } from './publish.js';
import { ServerPanel } from './server.js';
import { ChannelTable } from './table.js';
import { Traffic } from './traffic.js';

const DRAW_EVERY_MS = 100;
const MOST_UNRECOVERED = 50;

const secondNow = () => Math.floor(performance.now() / 1000);
const nothingSeen = () => ({ reconnects: 0, resumes: 0, gaps: 0, resets: 0, holes: 0 });

const server = new ServerPanel();
const load = new ServerLoad((health, isElsewhere) => server.tell(health, isElsewhere, secondNow()));
const serverClock = new ServerClock(() => client?.heartbeat() ?? null);
const traffic = new Traffic(secondNow());
const channels = new ChannelTable(secondNow(), () => { drawnSecond = null; });
const messages = new Messages();
const events = new EventList(() => { isChanged = true; });

let client = null;
let seen = nothingSeen();
let wasConnected = false;
let isCatchingUp = false;
let isChanged = true;
let drawnAt = 0;
let drawnSecond = null;

// --- what the client tells

const told = {
  state({ state, code, reason, pause, refused, client: id }) {
    const words = {
      connecting: 'connecting…',
      connected: `connected as ${id}`,
      waiting: pause === undefined ? reason : `${reason}; again in ${(pause / 1000).toFixed(1)} s`,
      closed: `stopped: ${code} ${reason}`,
    }[state];
    say(at('state'), state === 'closed' ? 'stopped' : state);
    mark(at('state'), 'data-state', state);
    at('disconnect').disabled = state === 'closed';
    if (state === 'connected') {
      serverClock.forget();
      serverClock.measure();
      if (wasConnected) count('reconnects');
      wasConnected = true;
    }
    if (state !== 'connecting') note('connection', words, { waiting: 'warn', closed: 'bad' }[state]);
    if (refused) noteWhyRefused();
  },
  close() {}, // the state says it
  subscribed(frame) {
    const resumed = frame.recovered !== undefined;
    if (resumed) {
      count('resumes');
      isCatchingUp = true;
    }
    const outcome = !resumed ? '' : frame.recovered ? ', everything recovered' : ', not everything recovered';
    const tone = frame.recovered === false || frame.count === 0 ? 'warn' : '';
    note(resumed ? 'resume' : 'connection', `${resumed ? 'resumed' : 'subscribed to'} ${frame.subscribed.join(', ') || 'nothing'} at ${frame.seq}${outcome}`, tone);
  },
  unrecovered({ recovery = [] }) {
    for (const row of recovery.slice(0, MOST_UNRECOVERED)) if (!row.recovered) note('resume', `not recovered: ${row.channel} ${row.from}–${row.to}`, 'warn');
  },
  unsubscribed(frame) { note('connection', `the server has withdrawn ${frame.unsubscribed.join(', ')}`, 'warn'); },
  sync(frame) {
    isCatchingUp = false;
    note('resume', `live from ${frame.seq}`);
  },
  pong(frame) { serverClock.answered(frame); },
  bye(frame) { note('bye', `bye: ${frame.code} ${frame.reason}; come back in ${(frame.retry_ms / 1000).toFixed(1)} s`, 'warn'); },
  gap(frame) {
    count('gaps');
    note('gap', `gap (${frame.reason}): ${frame.channel ?? 'any channel'} ${frame.from}–${frame.to} will not come`, 'warn');
  },
  reset(frame) {
    count('resets');
    note('reset', `reset: the stream is another one now, at ${frame.seq}`, 'warn');
  },
  error(frame) { note('error', `error: ${frame.code}: ${frame.message}`, 'bad'); },
  fault({ message, prev }) {
    if (prev !== undefined) count('holes');
    note('error', `fault of the server: ${message}`, 'bad');
  },
  message(frame, text) {
    const second = secondNow();
    const latency = Math.max(0, serverClock.now() - frame.ts);
    // What a resume brings is as late as the connection was away: that is no latency of the server's.
    traffic.message(second, isCatchingUp ? null : latency);
    channels.heard(frame, second);
    messages.add(frame, text, latency);
    isChanged = true;
  },
};

function note(kind, text, tone) {
  events.add(kind, text, tone);
  isChanged = true;
}

function count(kind) { seen[kind]++; }

// A browser hides the status of a handshake that failed; the server's health tells what it must have been.
async function noteWhyRefused() {
  const why = await load.refusal();
  if (why) note('connection', why, 'warn');
}

// --- what is drawn

function draw(now) {
  requestAnimationFrame(draw);
  const second = secondNow();
  const isNewSecond = second !== drawnSecond;
  if (now - drawnAt < DRAW_EVERY_MS || (!isNewSecond && !isChanged)) return;
  drawnAt = now;
  isChanged = false;
  traffic.drawFigures(second);
  for (const [kind, times] of Object.entries(seen)) say(at(kind), String(times)); // reconnects, resumes, gaps, resets, holes
  events.draw();
  if (!at('pause').checked) messages.draw();
  if (!isNewSecond) return;
  drawnSecond = second;
  traffic.drawPlots(second);
  channels.draw(second);
  server.draw(second);
}

// --- what a person does

function watch() {
  const names = [...new Set(at('channels').value.split(',').map(name => name.trim()).filter(name => name))];
  if (names.length === 0) return;
  client?.close();
  const second = secondNow();
  traffic.begin(second);
  channels.begin(second);
  messages.clear();
  seen = nothingSeen();
  wasConnected = isCatchingUp = false;
  isChanged = true;
  client = new FanoutClient('ws', { channels: names, token: at('token').value.trim() || undefined, on: told }).connect();
}

at('subscribe').addEventListener('submit', event => {
  event.preventDefault();
  watch();
});
at('disconnect').addEventListener('click', () => client?.close());
at('presets').addEventListener('click', ({ target }) => {
  if (!target.dataset.channels) return;
  at('channels').value = target.dataset.channels;
  watch();
});
at('pause').addEventListener('change', () => {
  at('rows').classList.toggle('holding', at('pause').checked);
  isChanged = true;
});

offerPublishing();
requestAnimationFrame(draw);
load.watch();
watch();
