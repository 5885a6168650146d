// The newest messages as they came.

import { at } from './dom.js';

const MOST = 100;
const MAX_DATA_CHARACTERS = 2_000;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false });
const utf8 = new TextEncoder();
const text = new TextDecoder();
const copied = new Uint8Array(3 * MAX_DATA_CHARACTERS);

export class Messages {
  #rows = [];

  clear() { this.#rows = []; }

  add(frame, frameText, latency) {
    this.#rows.push({ ts: frame.ts, channel: frame.channel, seq: frame.seq, latency, data: dataOf(frame, frameText) });
    if (this.#rows.length > MOST) this.#rows.shift();
  }

  draw() {
    const body = at('rows');
    while (body.childElementCount < this.#rows.length) {
      const line = body.insertRow();
      for (const kind of ['', '', 'number', 'number', '']) line.insertCell().className = kind;
    }
    while (body.childElementCount > this.#rows.length) body.lastElementChild.remove();
    for (let i = 0; i < this.#rows.length; i++) {
      const row = this.#rows[this.#rows.length - 1 - i];
      const cells = body.rows[i].cells;
      cells[0].textContent = clock.format(row.ts);
      cells[1].textContent = row.channel;
      cells[2].textContent = row.seq;
      cells[3].textContent = row.latency.toFixed(0);
      cells[4].textContent = row.data;
    }
    at('empty').hidden = this.#rows.length > 0;
  }
}

/** The payload as it came, cut and copied, so that a row doesn't keep a whole large frame alive. */
function dataOf(frame, frameText) {
  const data = frame.base64 === undefined ? frameText.slice(frameText.indexOf('"data":') + 7, -1) : `base64 ${frame.base64}`;
  if (data.length <= MAX_DATA_CHARACTERS) return data;
  const { written } = utf8.encodeInto(data.slice(0, MAX_DATA_CHARACTERS), copied);
  return `${text.decode(copied.subarray(0, written))}…`;
}
