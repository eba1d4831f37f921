import { defineCommand } from './command.js';
import { SALVER_VERSION } from './common/config/version.config.js';

export const versionCommand = defineCommand({
  description: 'Print the version of Salver.',
  run() {
    console.log(`Salver ${SALVER_VERSION}`);
    return Promise.resolve(0);
  },
});
