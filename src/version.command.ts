import { SALVER_VERSION } from './common/config/version.config.js';
import type { Command } from './command.js';

export const versionCommand: Command = {
  usage: 'Usage: salver version\n\nPrint the version of Salver.',
  run() {
    console.log(`Salver ${SALVER_VERSION}`);
    return Promise.resolve(0);
  },
};
