import { defineCommand } from '../../command.js';
import { printJson, printTable, TABLE_OUTPUT } from '../../command-output.js';
import { openPermissions } from './open-permissions.js';
import { type PermissionReport, reportPermissions } from './permission-report.js';

interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly part: keyof PermissionReport;
}

const SECTIONS: readonly Section[] = [
  {
    title: 'Name patterns that cannot be used, so that no name fits them:',
    columns: ['permission', 'pattern', 'reason'],
    part: 'patterns',
  },
  { title: 'Permissions without any effect:', columns: ['permission', 'reason'], part: 'permissions' },
  {
    title: 'Resources that no permission is for, which are refused to everybody:',
    columns: ['name', 'type'],
    part: 'resources',
  },
  {
    title: 'Actions that no permission allows, which are refused to everybody:',
    columns: ['name', 'type', 'actions'],
    part: 'actions',
  },
];

export const checkPermissionsCommand = defineCommand({
  description:
    'Look for mistakes in the permissions of the project, and for what they leave out.\n' +
    'Ends with 1 when a name pattern cannot be used or a permission has no effect; with --strict also when no\n' +
    'permission is for some resource.',
  options: {
    strict: { type: 'boolean', help: 'End with 1 when no permission is for some resource, too' },
    output: TABLE_OUTPUT,
  },
  async run({ options, globals }) {
    const { permissions, resources } = await openPermissions(globals);
    const report = reportPermissions(permissions, resources);
    if (options.output === 'json') printJson(report);
    else printReport(report, permissions.permissions.length);
    const isWrong = report.patterns.length > 0 || report.permissions.length > 0;
    return isWrong || (options.strict && report.resources.length > 0) ? 1 : 0;
  },
});

function printReport(report: PermissionReport, permissions: number): void {
  if (permissions === 0) {
    console.log('There are no permissions: every caller with a valid token may do everything.');
    return;
  }
  const found = SECTIONS.filter(({ part }) => report[part].length > 0);
  found.forEach(({ title, columns, part }, index) => {
    console.log(index === 0 ? title : `\n${title}`);
    printTable({ columns, rows: report[part] }, 'table');
  });
  if (found.length === 0) console.log('Every action on every resource is allowed to somebody.');
}
