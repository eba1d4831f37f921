import { defineCommand } from './command.js';
import { SALVER_VERSION } from './common/config/version.config.js';

export const versionCommand = defineCommand({
  description: 'Print the version of Salver.',
  options: {
    output: { type: 'string', choices: ['text', 'json'], help: 'For a person, or for a program (text)' },
  },
  run({ options }) {
    const versions = { version: SALVER_VERSION, node: process.versions.node };
    console.log(options.output === 'json' ? JSON.stringify(versions) : `Salver ${SALVER_VERSION}`);
    return Promise.resolve(0);
  },
});
