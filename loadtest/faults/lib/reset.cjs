'use strict';

/**
 * Ends a connection by an RST and nothing else. Node's `resetAndDestroy` ends the stream in good order first, so that the peer mostly sees a FIN;
 * what is set here is the mark by which that method asks `destroy` for the RST.
 */
function reset(socket) {
  if (socket.destroyed) return;
  // A socket of TLS may have no such way: then it is just ended.
  if (!socket.connecting && typeof socket._handle?.reset === 'function') socket.resetAndClosing = true;
  socket.destroy();
}

module.exports = { reset };
