import { type CommandCall, type CommandOptions, defineCommand, UsageError } from '../../command.js';
import { printJson, printTable, TABLE_OUTPUT } from '../../command-output.js';
import { closestName } from '../../common/config/closest-name.js';
import { NotFoundError } from '../../common/errors/errors.js';
import { type Action, ACTIONS } from '../../common/model/permission.js';
import type { Caller } from './caller.js';
import { type OpenPermissions, openPermissions } from './open-permissions.js';
import { explain, type Explanation, parseActions } from './permission-explanation.js';
import { classNameOf, type Resource } from './resource.js';
import { resourcesToRead, serviceResourcesToRead } from './view-resources.js';

const NAMES = { type: 'string', multiple: true, value: 'NAME' } as const;

const OPTIONS = {
  user: { type: 'string', value: 'NAME', help: 'Name of the caller (anybody with a valid token)' },
  roles: { ...NAMES, help: 'Its roles, separated by commas; may be repeated' },
  groups: { ...NAMES, help: 'Its groups' },
  namespaces: { ...NAMES, help: 'Its Kubernetes namespaces' },
  output: TABLE_OUTPUT,
} as const satisfies CommandOptions;

export const explainPermissionCommand = defineCommand({
  description:
    'Say whether a caller may do something, which permission decides, and why the others do not.\n' +
    'Ends with 0 when it is allowed and with 1 when it is refused. Nothing is asked of an issuer: the caller is who the\n' +
    'options say.',
  arguments: [
    { name: 'ACTION', help: 'As in READ_ONLINE; several, separated by commas, are needed together' },
    { name: 'RESOURCE', help: 'Name, or TYPE:NAME as in FeatureService:pricing' },
  ],
  options: OPTIONS,
  run: explainPermission,
});

async function explainPermission({
  options,
  arguments: [actionText = '', resourceText = ''],
  globals,
}: CommandCall<typeof OPTIONS>): Promise<number> {
  const actions = parseActions(actionText);
  if (actions === undefined) throw new UsageError(`ACTION: '${actionText}' is none of ${ACTIONS.join(', ')}`);
  const open = await openPermissions(globals);
  const resource = findResource(open, resourceText);
  const caller = callerOf(options);
  const explanations = touched(open, actions, resource).map((each) =>
    explain(open.permissions, caller, actions, each),
  );
  if (options.output === 'json') printJson(explanations);
  else explanations.forEach(printExplanation);
  if (open.configuration.featureStore.auth.type === 'no_auth') {
    console.error(
      'feature_store.yaml has no auth: without API keys the server lets everybody do everything.',
    );
  }
  return explanations.every(({ decision }) => decision === 'allowed') ? 0 : 1;
}

function callerOf({ user, roles, groups, namespaces }: CommandCall<typeof OPTIONS>['options']): Caller {
  const split = (texts: readonly string[]): readonly string[] =>
    texts.flatMap((text) => text.split(',')).filter((name) => name !== '');
  return {
    subject: user ?? 'anybody',
    roles: split(roles),
    groups: split(groups),
    namespaces: split(namespaces),
  };
}

/** Errors: NotFoundError; UsageError when resources of several types have that name. */
function findResource({ resources, snapshot: { project } }: OpenPermissions, text: string): Resource {
  const full = (resource: Resource): string => `${classNameOf(resource)}:${resource.name}`;
  const exact = resources.filter((resource) => full(resource) === text);
  const found = exact.length > 0 ? exact : resources.filter(({ name }) => name === text);
  const [resource] = found;
  if (resource === undefined) {
    const meant = closestName(text, [...resources.map(({ name }) => name), ...resources.map(full)]);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    throw new NotFoundError(`There is no ${text} in project ${project}${hint}`);
  }
  if (found.length === 1) return resource;
  throw new UsageError(`RESOURCE: '${text}' is the name of ${found.map(full).join(' and ')}: say which`);
}

/** What the server checks when it is asked for that resource: for reads, what is read for it, too. */
function touched(
  { snapshot, configuration }: OpenPermissions,
  actions: readonly Action[],
  resource: Resource,
): readonly Resource[] {
  if (!actions.includes('READ_ONLINE')) return [resource];
  const service = snapshot.featureServices.get(resource.name);
  if (resource.type === 'FEATURE_SERVICE' && service) {
    return serviceResourcesToRead(snapshot, service, configuration.salver.auth.checkServiceViews);
  }
  const view = resource.type.endsWith('_VIEW') ? snapshot.anyFeatureView(resource.name) : undefined;
  return view ? resourcesToRead(snapshot, [view]) : [resource];
}

function printExplanation({ type, name, actions, decision, reason, votes }: Explanation): void {
  console.log(`${actions.join(', ')} on ${type}:${name}: ${decision}: ${reason}`);
  if (votes.length > 0) {
    const rows = votes.map((vote) => ({ ...vote }));
    printTable({ columns: ['permission', 'vote', 'reason'], rows }, 'table');
  }
}
