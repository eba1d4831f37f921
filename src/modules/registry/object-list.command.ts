import { type Command, defineCommand } from '../../command.js';
import { printTable, TABLE_OUTPUT } from '../../command-output.js';
import { LISTINGS, listObjects } from './object-list.js';
import { openRegistry } from './open-registry.js';
import { OBJECT_KINDS, type RegistryList } from './registry-object.js';
import { parseTags, TAG_OPTION } from './tag-filter.js';

/** `list` of the group of one kind. */
export function listCommand(list: RegistryList): Command {
  return defineCommand({
    description: `List every ${OBJECT_KINDS[list].noun} of the ${list === 'projects' ? 'registry' : 'project'}.`,
    options: { ...TAG_OPTION, output: TABLE_OUTPUT },
    async run({ options, globals }) {
      const tags = parseTags(options.tags);
      const { registry, project } = await openRegistry(globals, { anyProject: list === 'projects' });
      printTable(listObjects(LISTINGS[list], { registry, project, tags }), options.output);
      return 0;
    },
  });
}
