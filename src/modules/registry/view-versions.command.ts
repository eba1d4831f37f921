import { timestampDate } from '@bufbuild/protobuf/wkt';
import { defineCommand } from '../../command.js';
import { printTable, type Table, TABLE_OUTPUT } from '../../command-output.js';
import { requireView, type ObjectPlace } from './object-lookup.js';
import { openRegistry } from './open-registry.js';

export const listVersionsCommand = defineCommand({
  description: 'List the versions that the registry keeps of a view of any kind, the oldest first.',
  arguments: [{ name: 'NAME', help: 'Name of the view' }],
  options: { output: TABLE_OUTPUT },
  async run({ options, arguments: [name = ''], globals }) {
    const open = await openRegistry(globals);
    requireView(open, name);
    const versions = listVersions(open, name);
    if (versions.rows.length === 0 && options.output !== 'json') {
      console.log(`The registry keeps no versions of ${name}.`);
    } else printTable(versions, options.output);
    return 0;
  },
});

function listVersions({ registry, project }: ObjectPlace, name: string): Table {
  const records = (registry.featureViewVersionHistory?.records ?? [])
    .filter((record) => record.featureViewName === name && record.projectId === project)
    .toSorted((a, b) => a.versionNumber - b.versionNumber);
  const rows = records.map(({ versionNumber, featureViewType, createdTimestamp, versionId }) => ({
    version: `v${versionNumber}`,
    type: featureViewType,
    created: createdTimestamp === undefined ? '' : timestampDate(createdTimestamp).toISOString(),
    version_id: versionId,
  }));
  return { columns: ['version', 'type', 'created', 'version_id'], rows };
}
