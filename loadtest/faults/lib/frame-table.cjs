'use strict';

const maxRecords = 30_000_000;

/**
 * The message frames of a run, each once however many clients got it: a client's log names them by number. 28 bytes a frame; a frame that
 * comes again after the decoder has forgotten it gets another number, which changes nothing for the checker.
 */
class FrameTable {
  constructor() {
    this.count = 0;
    this.seqs = new Float64Array(1024);
    this.prevs = new Float64Array(1024);
    this.times = new Float64Array(1024);
    this.channels = new Int32Array(1024);
    this.names = [];
    this.ids = new Map();
  }

  /** The number of a record that the decoder made. */
  numberOf(record) {
    record.number ??= this.add(record.channel.name, record.seq, record.prev, record.ts);
    return record.number;
  }

  add(channel, seq, prev, ts) {
    if (this.count === maxRecords) throw new Error(`more than ${maxRecords} different frames can't be recorded: make the run shorter or its rate lower`);
    if (this.count === this.seqs.length) this._grow();
    const number = this.count++;
    this.seqs[number] = seq;
    this.prevs[number] = prev;
    this.times[number] = ts;
    this.channels[number] = this._id(channel);
    return number;
  }

  nameOf(number) {
    return this.names[this.channels[number]];
  }

  _id(channel) {
    let id = this.ids.get(channel);
    if (id === undefined) {
      id = this.names.push(channel) - 1;
      this.ids.set(channel, id);
    }
    return id;
  }

  _grow() {
    for (const column of ['seqs', 'prevs', 'times', 'channels']) {
      const larger = new this[column].constructor(this.count * 2);
      larger.set(this[column]);
      this[column] = larger;
    }
  }
}

module.exports = { FrameTable };
