// What the connection met, by kind. Of each kind the newest are kept, so that a flood of one drowns no other.

export const KINDS = ['connection', 'resume', 'gap', 'reset', 'bye', 'error'];

export class Events {
  #byKind = new Map(KINDS.map(kind => [kind, { count: 0, kept: [] }]));
  #most;
  #serial = 0;

  /** @param {number} most events of one kind that are kept */
  constructor(most = 100) { this.#most = most; }

  /** The number of the last one; each has its own. */
  get serial() { return this.#serial; }

  /** @param {'' | 'warn' | 'bad'} tone */
  add(kind, text, tone, at) {
    const one = this.#byKind.get(kind);
    one.count++;
    one.kept.push({ serial: ++this.#serial, kind, text, tone, at });
    if (one.kept.length > this.#most) one.kept.shift();
  }

  /** How many there were, kept or not; of all kinds without one. */
  count(kind = null) {
    return kind ? this.#byKind.get(kind).count : KINDS.reduce((sum, one) => sum + this.#byKind.get(one).count, 0);
  }

  /** The newest, newest first: of one kind or of all, with a higher serial than this. */
  newest({ kind = null, above = 0, most = 100 } = {}) {
    const all = (kind ? [kind] : KINDS).flatMap(one => this.#byKind.get(one).kept).filter(({ serial }) => serial > above);
    return all.sort((a, b) => b.serial - a.serial).slice(0, most);
  }
}
