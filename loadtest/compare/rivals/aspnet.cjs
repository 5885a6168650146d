'use strict';

const path = require('node:path');

/** A rival that is a project of its own on the shared framework, outside the solution. */
function aspnet({ folder, project, ...contestant }) {
  return {
    ...contestant,
    prepare: (tools) => tools.run('dotnet', ['build', path.join(folder, `${project}.csproj`), '-c', 'Release', '-v', 'q', '-clp:NoSummary', '--nologo']),
    version: async (tools) => {
      const runtimes = await tools.run('dotnet', ['--list-runtimes']);
      return `ASP.NET Core ${[...runtimes.matchAll(/^Microsoft\.AspNetCore\.App (10\.\S+)/gm)].at(-1)?.[1] ?? '10'}`;
    },
    start: (tools, address, [port]) => ({
      command: [path.join(tools.artifacts, project, project), '--urls', `http://${address}:${port}`],
      env: { Logging__LogLevel__Default: 'Warning' },
      port,
      publish: `http://${address}:${port}/publish`,
    }),
  };
}

module.exports = { aspnet };
