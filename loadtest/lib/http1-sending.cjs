'use strict';

const http = require('node:http');
const https = require('node:https');

/** Publishes over kept HTTP/1.1 connections, one request each at a time. */
class Http1Sending {
  constructor(endpoint, connections) {
    this.endpoint = endpoint;
    const secure = endpoint?.url.protocol === 'https:';
    this.request = secure ? https.request : http.request;
    this.agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: connections });
  }

  /** `done(failure)` or `done(null, status, text)` is called at least once. */
  send(path, headers, body, timeoutMs, maxAnswer, done) {
    const { url, address, port } = this.endpoint;
    const options = { agent: this.agent, method: 'POST', host: address, port, path, headers: { Host: url.host, ...headers }, servername: url.hostname };
    const request = this.request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        if (text.length < maxAnswer) text += chunk;
      });
      response.on('error', (error) => done(error.code ?? error.message));
      response.on('end', () => done(null, response.statusCode, text));
    });
    request.setTimeout(timeoutMs, () => {
      done(`no answer within ${timeoutMs} ms`);
      request.destroy();
    });
    request.on('error', (error) => done(error.code ?? error.message));
    request.end(body);
  }

  close() {
    this.agent.destroy();
  }
}

module.exports = { Http1Sending };
