import { defineCommand } from '../../command.js';
import { printTable, TABLE_OUTPUT } from '../../command-output.js';
import { openPermissions } from './open-permissions.js';
import { actionsOfRole, rolesOf } from './permission-report.js';
import { classNameOf } from './resource.js';

export const listRolesCommand = defineCommand({
  description: 'List every role that a permission names.',
  options: {
    verbose: { type: 'boolean', short: 'v', help: 'Show what each role may do with every resource' },
    output: TABLE_OUTPUT,
  },
  async run({ options, globals }) {
    const { permissions, resources } = await openPermissions(globals);
    const roles = rolesOf(permissions);
    if (!options.verbose) {
      printTable({ columns: ['role'], rows: roles.map((role) => ({ role })) }, options.output);
      return 0;
    }
    const rows = roles.flatMap((role) =>
      resources.map((resource) => ({
        role,
        resource: resource.name,
        type: classNameOf(resource),
        actions: actionsOfRole(permissions, role, resource),
      })),
    );
    printTable({ columns: ['role', 'resource', 'type', 'actions'], rows }, options.output);
    return 0;
  },
});
