import { confirm } from '../../command-confirm.js';
import { type CommandCall, type CommandOptions, defineCommand } from '../../command.js';
import { InvalidRequestError, NotFoundError } from '../../common/errors/errors.js';
import { requireObject } from './object-lookup.js';
import { removeProject } from './object-removal.js';
import { changeOpenRegistry, openRegistry } from './open-registry.js';
import { OBJECT_KINDS, objectsOf, type RegistryList } from './registry-object.js';

/** Feast refuses to delete a project that has this tag set to `true`. */
const PROTECTED_TAG = 'feast.dev/protected-project';

const OPTIONS = {
  yes: { type: 'boolean', short: 'y', help: 'Do not ask' },
} as const satisfies CommandOptions;

export const deleteProjectCommand = defineCommand({
  description:
    'Take a project and all of its objects out of the registry. Its rows in the online store stay: "salver teardown"\n' +
    'removes them, too.',
  arguments: [{ name: 'NAME', help: 'Name of the project' }],
  options: OPTIONS,
  run: deleteProject,
});

async function deleteProject({
  options,
  arguments: [name = ''],
  globals,
}: CommandCall<typeof OPTIONS>): Promise<number> {
  const open = await openRegistry(globals, { anyProject: true });
  const { spec } = requireObject(open, 'projects', name);
  if (spec?.tags[PROTECTED_TAG] === 'true') {
    throw new InvalidRequestError(
      `The project ${name} is protected (tag ${PROTECTED_TAG}): it is managed by somebody else`,
    );
  }
  const objects = (Object.keys(OBJECT_KINDS) as RegistryList[])
    .filter((list) => list !== 'projects')
    .reduce((sum, list) => sum + objectsOf(open.registry, list, name).length, 0);
  const question = `Delete the project ${name} and its ${objects} objects from the registry?`;
  if (!options.yes && !(await confirm(question))) return 1;
  await changeOpenRegistry(open, (registry) => {
    if (!removeProject(registry, name)) throw new NotFoundError(`Project ${name} is gone already`);
  });
  console.log(`Deleted project ${name} with ${objects} objects.`);
  return 0;
}
