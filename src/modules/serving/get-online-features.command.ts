import { type CommandCall, type CommandOptions, defineCommand, UsageError } from '../../command.js';
import { printJson, printTable } from '../../command-output.js';
import { Deadline } from '../../common/model/deadline.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { createOnlineStore } from '../online-store/online-store-factory.js';
import { type OpenRegistry, openRegistry } from '../registry/open-registry.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { answerTable, parseAnswer, valuesByName } from './answer-listing.js';
import { parseEntityOptions } from './entity-options.js';
import { OnlineFeaturesPlan } from './online-features.plan.js';
import { OnlineFeaturesReader } from './online-features-reader.js';
import type { OnlineFeaturesRequest } from './online-features.request.js';
import { commandTransformations } from './command-transformations.js';
import { planOptions } from './plan-options.js';
import { parseRequestFields } from './request-field-texts.js';

const OPTIONS = {
  entities: {
    type: 'string',
    short: 'e',
    multiple: true,
    value: 'KEY=VALUE',
    help: 'Join key and its value; for more rows give every key again',
  },
  features: {
    type: 'string',
    short: 'f',
    multiple: true,
    value: 'VIEW:FEATURE',
    help: 'A feature to read; may be repeated',
  },
  'feature-service': { type: 'string', value: 'NAME', help: 'Read the features of this service instead' },
  'full-feature-names': { type: 'boolean', help: 'Name the features VIEW__FEATURE' },
  output: {
    type: 'string',
    choices: ['json', 'table', 'answer'],
    help: 'Values by name, a table, or the whole answer of the server with statuses and event times (json)',
  },
} as const satisfies CommandOptions;

export const getOnlineFeaturesCommand = defineCommand({
  description:
    'Read feature values from the online store, as the server would, and print them.\n' +
    'Nobody is asked for a token: who may read the store may read this.',
  options: OPTIONS,
  run: getOnlineFeatures,
});

type Options = CommandCall<typeof OPTIONS>['options'];

async function getOnlineFeatures({ options, globals }: CommandCall<typeof OPTIONS>): Promise<number> {
  const request = requestOf(options);
  const text = await read(await openRegistry(globals), request);
  if (options.output === 'table') printTable(answerTable(text), 'table');
  else printJson(options.output === 'answer' ? parseAnswer(text) : valuesByName(text));
  return 0;
}

function requestOf(options: Options): OnlineFeaturesRequest {
  const featureService = options['feature-service'];
  if (featureService === undefined && options.features.length === 0) {
    throw new UsageError('--features is missing: what to read, as in -f driver_stats:conv_rate');
  }
  if (featureService !== undefined && options.features.length > 0) {
    throw new UsageError('--features and --feature-service exclude each other');
  }
  return {
    entities: parseEntityOptions(options.entities),
    featureService,
    features: options.features,
    fullFeatureNames: options['full-feature-names'],
  };
}

/** Names of views, whether there are such or not: that is found out later. */
function askedViews({ featureServices }: RegistrySnapshot, request: OnlineFeaturesRequest): string[] {
  const { features, featureService } = request;
  // With a version, or with a name that looks like one with a version.
  const names = features.flatMap((text) => [text.replace(/:.*$/s, ''), text.replace(/[:@].*$/s, '')]);
  const service = featureService === undefined ? undefined : featureServices.get(featureService);
  return [...names, ...(service?.projections ?? []).map(({ viewName }) => viewName)];
}

/** Shape: the answer of the server, as JSON text. */
async function read(
  { configuration: { featureStore, salver }, project, bytes }: OpenRegistry,
  request: OnlineFeaturesRequest,
): Promise<string> {
  const snapshot = decodeRegistry(bytes, project);
  const store = createOnlineStore(featureStore.onlineStore);
  const transformations = await commandTransformations(
    { featureStore, salver },
    snapshot,
    askedViews(snapshot, request),
  );
  try {
    const options = planOptions(featureStore, salver, store.capabilities, transformations);
    const plan = new OnlineFeaturesPlan(snapshot, request, options);
    const deadline = Deadline.after(salver.server.requestTimeoutMs);
    const entities = parseRequestFields(plan.onDemand, request.entities);
    const answer = await new OnlineFeaturesReader(store).answer(plan, { ...request, entities }, deadline);
    return answer.toString('utf8');
  } finally {
    await store.close();
    await transformations.close();
  }
}
