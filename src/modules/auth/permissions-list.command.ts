import { defineCommand } from '../../command.js';
import { printTable, TABLE_OUTPUT } from '../../command-output.js';
import { LISTINGS, listObjects } from '../registry/object-list.js';
import { openRegistry } from '../registry/open-registry.js';
import { parseTags, TAG_OPTION } from '../registry/tag-filter.js';
import { openPermissions } from './open-permissions.js';
import { matchesOf } from './permission-report.js';

export const listPermissionsCommand = defineCommand({
  description: 'List every permission of the project.',
  options: {
    verbose: { type: 'boolean', short: 'v', help: 'Show the resources that each permission is for' },
    ...TAG_OPTION,
    output: TABLE_OUTPUT,
  },
  async run({ options, globals }) {
    const tags = parseTags(options.tags);
    if (!options.verbose) {
      const { registry, project } = await openRegistry(globals);
      printTable(listObjects(LISTINGS.permissions, { registry, project, tags }), options.output);
      return 0;
    }
    const { permissions, resources } = await openPermissions(globals);
    const rows = permissions.permissions
      .filter(({ permission }) => [...tags].every(([key, value]) => permission.tags.get(key) === value))
      .flatMap((compiled) => matchesOf(compiled, resources))
      .map((matches) => ({ ...matches }));
    printTable({ columns: ['permission', 'roles', 'type', 'resources'], rows }, options.output);
    return 0;
  },
});
