import { create } from '@bufbuild/protobuf';
import { confirm } from '../../command-confirm.js';
import { type CommandCall, type CommandOptions, defineCommand } from '../../command.js';
import { closestName } from '../../common/config/closest-name.js';
import { NotFoundError } from '../../common/errors/errors.js';
import { type Registry, RegistrySchema } from '../../generated/feast/core/Registry_pb.js';
import type { ObjectPlace } from '../registry/object-lookup.js';
import { describeReferences, referencesTo } from '../registry/object-references.js';
import { removeObject } from '../registry/object-removal.js';
import { changeOpenRegistry, type OpenRegistry, openRegistry } from '../registry/open-registry.js';
import {
  findObject,
  identityOf,
  OBJECT_KINDS,
  objectsOf,
  type RegistryList,
  VIEW_LISTS,
} from '../registry/registry-object.js';
import { ViewRemoval } from './planning/view-removal.js';

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
  const references = referencesTo(open, list, name);
  if (references.length > 0) console.error(`${name} is still used by: ${describeReferences(references)}`);
  const removal = await ViewRemoval.plan(open.configuration, viewsIn(open, list), {
    project: open.project,
    name,
  });
  try {
    return (await deleteFound(open, { list, name, removal }, options.yes)) ? 0 : 1;
  } finally {
    await removal.close();
  }
}

/** A view shares its name with no other view, but perhaps with an object of another kind. */
function viewsIn({ registry }: OpenRegistry, list: RegistryList): Registry {
  return (VIEW_LISTS as readonly RegistryList[]).includes(list) ? registry : create(RegistrySchema);
}

interface Found {
  readonly list: RegistryList;
  readonly name: string;
  readonly removal: ViewRemoval;
}

/** False when the answer to the question was no. */
async function deleteFound(
  open: OpenRegistry,
  { list, name, removal }: Found,
  yes: boolean,
): Promise<boolean> {
  const { className, noun } = OBJECT_KINDS[list];
  const rows = removal.holdsRows ? ', with its rows in the online store' : '';
  if (!yes && !(await confirm(`Delete the ${noun} ${name} from the project ${open.project}${rows}?`)))
    return false;
  await changeOpenRegistry(open, (registry) => {
    if (!removeObject(registry, list, { project: open.project, name })) {
      throw notThere({ registry, project: open.project }, [list], name);
    }
    removal.forgetIn(registry);
  });
  await removal.run();
  console.log(`Deleted ${className} ${name} from ${open.project}.`);
  return true;
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
