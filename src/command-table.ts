import type { CommandTable } from './command.js';

/** Every verb, imported when it is used: start-up stays short. */
export const COMMANDS: CommandTable = {
  materialize: {
    summary: 'Load a range of time into the online store',
    load: async () => (await import('./processes/materialize.command.js')).materializeCommand,
  },
  'materialize-incremental': {
    summary: 'Load into the online store what is new',
    load: async () =>
      (await import('./processes/materialize-incremental.command.js')).materializeIncrementalCommand,
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
