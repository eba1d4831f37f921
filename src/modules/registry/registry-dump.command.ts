import { defineCommand } from '../../command.js';
import { printJson } from '../../command-output.js';
import { openRegistry } from './open-registry.js';
import { dumpRegistry } from './registry-dump.js';

export const registryDumpCommand = defineCommand({
  description: 'Print all that the registry holds of the project, as JSON.',
  async run({ globals }) {
    printJson(dumpRegistry(await openRegistry(globals)));
    return 0;
  },
});
