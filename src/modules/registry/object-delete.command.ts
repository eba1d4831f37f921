import { confirm } from '../../command-confirm.js';
import { type CommandCall, type CommandOptions, defineCommand } from '../../command.js';
import { closestName } from '../../common/config/closest-name.js';
import { NotFoundError } from '../../common/errors/errors.js';
import type { ObjectPlace } from './object-lookup.js';
import { describeReferences, referencesTo } from './object-references.js';
import { removeObject } from './object-removal.js';
import { changeOpenRegistry, openRegistry } from './open-registry.js';
import { findObject, identityOf, OBJECT_KINDS, objectsOf, type RegistryList } from './registry-object.js';

/** In Feast's order of look-up; the last two it does not delete. */
const DELETABLE: readonly RegistryList[] = [
  'entities',
  'featureViews',
  'featureServices',
  'dataSources',
  'savedDatasets',
  'validationReferences',
  'streamFeatureViews',
  'onDemandFeatureViews',
  'labelViews',
  'permissions',
];

const KIND_NAMES = DELETABLE.map((list) => OBJECT_KINDS[list].noun.replaceAll(' ', '-'));

const OPTIONS = {
  kind: {
    type: 'string',
    value: 'KIND',
    choices: KIND_NAMES,
    help: 'Look among the objects of this kind alone',
  },
  yes: { type: 'boolean', short: 'y', help: 'Do not ask' },
} as const satisfies CommandOptions;

export const deleteCommand = defineCommand({
  description:
    'Take one object out of the registry. Where kinds share a name, the first of these is meant:\n' +
    `${KIND_NAMES.slice(0, 5).join(', ')},\n${KIND_NAMES.slice(5).join(', ')}.\n` +
    'What the definitions of the repo still hold comes back at the next apply.',
  arguments: [{ name: 'OBJECT_ID', help: 'Name of the object' }],
  options: OPTIONS,
  run: deleteObject,
});

async function deleteObject({
  options,
  arguments: [name = ''],
  globals,
}: CommandCall<typeof OPTIONS>): Promise<number> {
  const open = await openRegistry(globals);
  const lists = DELETABLE.filter((_, at) => options.kind === undefined || KIND_NAMES[at] === options.kind);
  const list = lists.find((candidate) =>
    findObject(open.registry, candidate, { project: open.project, name }),
  );
  if (list === undefined) throw notThere(open, lists, name);
  const { className, noun } = OBJECT_KINDS[list];
  const references = referencesTo(open, list, name);
  if (references.length > 0) console.error(`${name} is still used by: ${describeReferences(references)}`);
  const question = `Delete the ${noun} ${name} from the project ${open.project}?`;
  if (!options.yes && !(await confirm(question))) return 1;
  await changeOpenRegistry(open, (registry) => {
    if (!removeObject(registry, list, { project: open.project, name })) {
      throw notThere({ registry, project: open.project }, [list], name);
    }
  });
  console.log(`Deleted ${className} ${name} from ${open.project}.`);
  return 0;
}

function notThere(
  { registry, project }: ObjectPlace,
  lists: readonly RegistryList[],
  name: string,
): NotFoundError {
  const names = lists.flatMap((list) =>
    objectsOf(registry, list, project).map((object) => identityOf(object).name),
  );
  const meant = closestName(name, names);
  const what = lists.length === 1 ? OBJECT_KINDS[lists[0] as RegistryList].noun : 'object';
  return new NotFoundError(
    `There is no ${what} ${name} in project ${project}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}
