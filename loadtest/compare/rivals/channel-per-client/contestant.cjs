'use strict';

const { aspnet } = require('../aspnet.cjs');

/** Stock ASP.NET Core and the obvious design. */
module.exports = aspnet({
  name: 'channel-per-client',
  title: 'ASP.NET Core, `Channel<T>` and a send loop per client',
  folder: __dirname,
  project: 'ChannelPerClient',
  path: '/ws',
  subscribe: '',
});
