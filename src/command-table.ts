import type { CommandTable } from './command.js';

/** Every verb, imported when it is used: start-up stays short. */
export const COMMANDS: CommandTable = {
  init: {
    summary: 'Make a new feature repository',
    load: async () => (await import('./modules/definitions/init.command.js')).initCommand,
  },
  serve: {
    summary: 'Serve features over HTTP',
    load: async () => (await import('./processes/serve.command.js')).serveCommand,
  },
  version: {
    summary: 'Print the version',
    load: async () => (await import('./version.command.js')).versionCommand,
  },
};
