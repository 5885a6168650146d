'use strict';

const heartbeat = '{"type":"heartbeat","id":"settle"}';

function subscribeRequest(id, channels) {
  return JSON.stringify({ type: 'subscribe', id, data: { channels } });
}

/** What a frame of the client protocol must have for its numbers to be taken. */
function validSeq(seq) {
  return Number.isSafeInteger(seq) && seq >= 0;
}

function validGap(frame) {
  return validSeq(frame.from) && validSeq(frame.to) && frame.from <= frame.to
    && (frame.channel === undefined || typeof frame.channel === 'string');
}

module.exports = { heartbeat, subscribeRequest, validSeq, validGap };
