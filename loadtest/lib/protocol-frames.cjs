'use strict';

/** What a frame of the client protocol must have for its numbers to be taken. */
function validSeq(seq) {
  return Number.isSafeInteger(seq) && seq >= 0;
}

function validGap(frame) {
  return validSeq(frame.from) && validSeq(frame.to) && frame.from <= frame.to
    && (frame.channel === undefined || typeof frame.channel === 'string');
}

module.exports = { validSeq, validGap };
