'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const chunkEntries = 4096;
const chunkBytes = chunkEntries * 4;

/**
 * Room for the logs of all clients: four bytes for each frame a client got. Full chunks stay in memory up to a bound and go to a file
 * above it, so that a long run is recorded as whole as a short one.
 */
class LogStore {
  /** @param {number} maxBytes of full chunks in memory */
  constructor(maxBytes) {
    this.maxBytes = maxBytes;
    this.heldBytes = 0;
    this.spilledBytes = 0;
    this.file = null;
    this.path = null;
  }

  newChunk() {
    return new Uint32Array(chunkEntries);
  }

  /** Takes a full chunk and returns what `read` wants. The chunk itself may be filled again when the answer is a number. */
  keep(chunk) {
    if (this.heldBytes + chunkBytes <= this.maxBytes) {
      this.heldBytes += chunkBytes;
      return chunk;
    }
    if (this.file === null) {
      this.path = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'wsfanout-faults-')), 'frames');
      this.file = fs.openSync(this.path, 'w+');
      process.once('exit', () => this.close());
    }
    const at = this.spilledBytes;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunkBytes);
    for (let done = 0; done < chunkBytes;) done += fs.writeSync(this.file, bytes, done, chunkBytes - done, at + done);
    this.spilledBytes += chunkBytes;
    return at;
  }

  read(kept) {
    if (typeof kept !== 'number') return kept;
    const bytes = new Uint8Array(chunkBytes);
    if (fs.readSync(this.file, bytes, 0, chunkBytes, kept) !== chunkBytes) throw new Error('the file of the recorded frames is too short');
    return new Uint32Array(bytes.buffer);
  }

  close() {
    if (this.file === null) return;
    fs.closeSync(this.file);
    fs.rmSync(path.dirname(this.path), { recursive: true });
    this.file = null;
  }
}

module.exports = { LogStore, chunkEntries };
