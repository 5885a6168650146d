// The live page: shows what a FanoutClient hears. All text of others goes into the page as textContent, never as markup.

import { FanoutClient } from './client.js';
import { ServerClock } from './clock.js';
import { ServerLoad } from './load.js';

const MAX_ROWS = 100;
const MAX_EVENTS = 50;
const MAX_DATA_CHARACTERS = 2_000;
const MAX_LATENCIES = 500;
const SECONDS = 60;
const RENDER_EVERY_MS = 100;

const at = id => document.getElementById(id);
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false });

const load = new ServerLoad(at('load'), at('load-state'), at('load-figures'));
const serverClock = new ServerClock(() => client?.heartbeat() ?? null);

let client = null;
let rows = [];
let latencies = [];
let total = 0;
let seen = { gaps: 0, resumes: 0, resets: 0, holes: 0 };
let perSecond = new Array(SECONDS).fill(0);
let second = 0;
let isCatchingUp = false;
let dirty = false;
let renderedAt = 0;

// --- what the client tells

const told = {
  state({ state, code, reason, pause, refused, client: id }) {
    const words = {
      connecting: 'connecting…',
      connected: `connected as ${id}`,
      waiting: pause === undefined ? reason : `${reason}; again in ${(pause / 1000).toFixed(1)} s`,
      closed: `stopped: ${code} ${reason}`,
    }[state];
    at('state').textContent = state === 'closed' ? 'stopped' : state;
    at('state').dataset.state = state;
    at('disconnect').disabled = state === 'closed';
    if (state === 'connected') {
      serverClock.forget();
      serverClock.measure();
    }
    if (state !== 'connecting') note(words, { waiting: 'warn', closed: 'bad' }[state]);
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
    note(`${resumed ? 'resumed' : 'subscribed to'} ${frame.subscribed.join(', ') || 'nothing'} at ${frame.seq}${outcome}`, frame.recovered === false || frame.count === 0 ? 'warn' : '');
  },
  unrecovered({ recovery = [] }) {
    for (const row of recovery.slice(0, MAX_EVENTS)) if (!row.recovered) note(`not recovered: ${row.channel} ${row.from}–${row.to}`, 'warn');
  },
  unsubscribed(frame) { note(`the server has withdrawn ${frame.unsubscribed.join(', ')}`, 'warn'); },
  sync(frame) {
    isCatchingUp = false;
    note(`live from ${frame.seq}`);
  },
  pong(frame) { serverClock.answered(frame); },
  gap(frame) {
    count('gaps');
    note(`gap (${frame.reason}): ${frame.channel ?? 'any channel'} ${frame.from}–${frame.to} will not come`, 'warn');
  },
  reset(frame) {
    count('resets');
    note(`reset: the stream is another one now, at ${frame.seq}`, 'warn');
  },
  error(frame) { note(`error: ${frame.code}: ${frame.message}`, 'bad'); },
  fault({ message, prev }) {
    if (prev !== undefined) count('holes');
    note(`fault of the server: ${message}`, 'bad');
  },
  message(frame, text) {
    const latency = Math.max(0, serverClock.now() - frame.ts);
    rows.push({ ts: frame.ts, channel: frame.channel, seq: frame.seq, latency, data: dataOf(frame, text) });
    if (rows.length > MAX_ROWS) rows.shift();
    // What a resume brings is as late as the connection was away: that is no latency of the server's.
    if (!isCatchingUp) latencies.push(latency);
    if (latencies.length > MAX_LATENCIES) latencies.shift();
    turnSeconds();
    perSecond[SECONDS - 1]++;
    total++;
    dirty = true;
  },
};

/** The payload as it came, cut and copied, so that a row doesn't keep a whole large frame alive. */
function dataOf(frame, text) {
  const data = frame.base64 === undefined ? text.slice(text.indexOf('"data":') + 7, -1) : `base64 ${frame.base64}`;
  return data.length <= MAX_DATA_CHARACTERS ? data : [...data.slice(0, MAX_DATA_CHARACTERS)].join('') + '…';
}

function count(kind) {
  seen[kind]++;
  dirty = true;
}

// A browser hides the status of a handshake that failed; the server's health tells what it must have been.
async function noteWhyRefused() {
  const why = await load.refusal();
  if (why) note(why, 'warn');
}

function turnSeconds() {
  const now = Math.floor(performance.now() / 1000);
  const passed = Math.min(SECONDS, now - second);
  second = now;
  for (let i = 0; i < passed; i++) {
    perSecond.shift();
    perSecond.push(0);
  }
  return passed > 0;
}

function note(text, kind = '') {
  const line = document.createElement('li');
  line.textContent = `${clock.format(Date.now()).slice(0, 8)} ${text}`;
  if (kind) line.className = kind;
  at('events').prepend(line);
  while (at('events').childElementCount > MAX_EVENTS) at('events').lastElementChild.remove();
}

// --- what is shown, at most ten times a second

function render(now) {
  requestAnimationFrame(render);
  if (now - renderedAt < RENDER_EVERY_MS) return;
  if (!turnSeconds() && !dirty) return;
  renderedAt = now;
  dirty = false;
  renderNumbers();
  if (!at('pause').checked) renderRows();
}

function renderNumbers() {
  const recent = perSecond.slice(-6, -1);
  at('rate').textContent = (recent.reduce((sum, count) => sum + count, 0) / recent.length).toFixed(1);
  at('total').textContent = total.toLocaleString();
  for (const [kind, times] of Object.entries(seen)) {
    at(kind).textContent = times; // gaps, resumes, resets, holes
  }
  const sorted = [...latencies].sort((a, b) => a - b);
  const quantile = share => sorted.length === 0 ? '–' : `${sorted[Math.floor(share * (sorted.length - 1))].toFixed(0)} ms`;
  at('median').textContent = quantile(0.5);
  at('tail').textContent = quantile(0.95);
  const most = Math.max(10, ...perSecond);
  at('curve').setAttribute('points', perSecond.slice(0, -1).map((count, i) => `${i},${(19.5 - 19 * count / most).toFixed(2)}`).join(' '));
}

function renderRows() {
  const body = at('rows');
  while (body.childElementCount < rows.length) {
    const line = body.insertRow();
    for (const kind of ['', '', 'number', 'number', '']) line.insertCell().className = kind;
  }
  while (body.childElementCount > rows.length) body.lastElementChild.remove();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[rows.length - 1 - i];
    const cells = body.rows[i].cells;
    cells[0].textContent = clock.format(row.ts);
    cells[1].textContent = row.channel;
    cells[2].textContent = row.seq;
    cells[3].textContent = row.latency.toFixed(0);
    cells[4].textContent = row.data;
  }
  at('empty').hidden = rows.length > 0;
}

// --- what a person does

function watch() {
  const channels = [...new Set(at('channels').value.split(',').map(name => name.trim()).filter(name => name))];
  if (channels.length === 0) return;
  client?.close();
  rows = [];
  latencies = [];
  total = 0;
  seen = { gaps: 0, resumes: 0, resets: 0, holes: 0 };
  isCatchingUp = false;
  dirty = true;
  client = new FanoutClient('ws', { channels, on: told }).connect();
}

async function publish() {
  const result = at('publish-result');
  const token = at('publish-token').value;
  result.textContent = '…';
  try {
    const response = await fetch(`publish/${encodeURIComponent(at('publish-channel').value.trim())}`, {
      method: 'POST',
      body: at('publish-payload').value,
      headers: token ? { Authorization: `Bearer ${token}` } : {},
    });
    const answer = (await response.text()).slice(0, 500).trim();
    if (response.status === 404) {
      result.textContent = '404: publishing is not at this address; with WS_ADMIN_ADDR or WS_PUBLISH_ADDR it is at that one, which a page can\'t reach';
      return;
    }
    result.textContent = response.ok ? answer : `${response.status}: ${reasonOf(answer) || response.statusText}`;
  } catch (failure) {
    result.textContent = `no answer: ${failure.message}`;
  }
}

function reasonOf(answer) {
  try {
    const { error, message } = JSON.parse(answer);
    return [error, message].filter(part => part).join(': ');
  } catch {
    return answer;
  }
}

at('subscribe').addEventListener('submit', event => { event.preventDefault(); watch(); });
at('disconnect').addEventListener('click', () => client?.close());
at('presets').addEventListener('click', event => {
  const { channels } = event.target.dataset;
  if (!channels) return;
  at('channels').value = channels;
  watch();
});
at('publish').addEventListener('submit', event => { event.preventDefault(); publish(); });
at('pause').addEventListener('change', () => { at('rows').classList.toggle('holding', at('pause').checked); dirty = true; });

// The start of the demo prints a link with the token; it stays in this tab.
const token = new URLSearchParams(location.hash.slice(1)).get('publish');
if (token) {
  at('publish-token').value = token;
  history.replaceState(null, '', location.pathname);
}
second = Math.floor(performance.now() / 1000);
requestAnimationFrame(render);
load.watch();
watch();
