import { type Command, defineCommand } from '../../command.js';
import { printDocument } from '../../command-document.js';
import { DOCUMENT_OUTPUT } from '../../command-output.js';
import { describeObject } from './object-description.js';
import { requireObject } from './object-lookup.js';
import { openRegistry } from './open-registry.js';
import { OBJECT_KINDS, type RegistryList } from './registry-object.js';

/** `describe` of the group of one kind. */
export function describeCommand(list: RegistryList): Command {
  const { noun } = OBJECT_KINDS[list];
  return defineCommand({
    description: `Show all that the registry holds of one ${noun}.`,
    arguments: [{ name: 'NAME', help: `Name of the ${noun}` }],
    options: { output: DOCUMENT_OUTPUT },
    async run({ options, arguments: [name = ''], globals }) {
      const open = await openRegistry(globals, { anyProject: list === 'projects' });
      printDocument(describeObject(list, requireObject(open, list, name)), options.output);
      return 0;
    },
  });
}

/** The project of `feature_store.yaml`. */
export const currentProjectCommand = defineCommand({
  description: 'Show what the registry holds of the project of feature_store.yaml.',
  options: { output: DOCUMENT_OUTPUT },
  async run({ options, globals }) {
    const open = await openRegistry(globals);
    printDocument(describeObject('projects', requireObject(open, 'projects', open.project)), options.output);
    return 0;
  },
});
