import type { ConfigurationProblem } from './configuration-error.js';
import type { FeatureStoreConfig } from './feature-store.js';

/**
 * What this version of Salver can do, and what `feature_store.yaml` may ask for besides.
 * Whoever adds a store, a registry or an auth kind takes its line out here.
 */
const PROVIDERS: readonly string[] = ['local', 'gcp', 'aws', 'azure'];

const ONLINE_STORES = 'sqlite, redis';
const OFFLINE_STORES: readonly string[] = ['dask', 'duckdb'];
const BATCH_ENGINES: readonly string[] = ['local'];

/** What Feast would do and no command of this version can: reasons not to start. */
export function unsupportedFeatures(config: FeatureStoreConfig): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (!PROVIDERS.includes(config.provider)) {
    problems.push(refusal('provider', `the provider ${config.provider}`, PROVIDERS.join(', ')));
  }
  if (config.registry.type !== 'file') {
    problems.push(
      refusal('registry.registry_type', `a registry of the type ${config.registry.type}`, 'file'),
    );
  } else if (config.registry.store !== 'file') {
    problems.push(
      refusal(
        'registry.path',
        `a registry in the store ${config.registry.store}`,
        'the path of a local file',
      ),
    );
  }
  return problems;
}

/** The same, and what only a server needs. */
export function unsupportedToServe(config: FeatureStoreConfig): ConfigurationProblem[] {
  return [...unsupportedFeatures(config), ...unsupportedOnlineStore(config, 'serve')];
}

/** What must be there to load rows into the online store. */
export function unsupportedToMaterialize(config: FeatureStoreConfig): ConfigurationProblem[] {
  const { offlineStore, batchEngine } = config;
  const problems = [...unsupportedFeatures(config), ...unsupportedOnlineStore(config, 'materialize')];
  if (!OFFLINE_STORES.includes(offlineStore.type)) {
    problems.push(
      refusal(
        'offline_store.type',
        `the offline store ${offlineStore.type}`,
        `file, ${OFFLINE_STORES.join(', ')}`,
      ),
    );
  }
  if (!BATCH_ENGINES.includes(batchEngine.type)) {
    const engine = `to materialize by the engine ${batchEngine.type}`;
    problems.push(refusal('batch_engine.type', engine, BATCH_ENGINES.join(', ')));
  }
  return problems;
}

function unsupportedOnlineStore(
  { onlineStore }: FeatureStoreConfig,
  verb: 'serve' | 'materialize',
): ConfigurationProblem[] {
  if (onlineStore.type === 'none') {
    return [refusal('online_store', `to ${verb} without an online store`, ONLINE_STORES)];
  }
  if (onlineStore.type !== 'unsupported') return [];
  return [refusal('online_store.type', `the online store ${onlineStore.name}`, ONLINE_STORES)];
}

function refusal(path: string, what: string, supported: string): ConfigurationProblem {
  return { path, message: `${what} is not supported by this version of Salver (supported: ${supported})` };
}

const IDLE_BLOCKS: Readonly<Record<string, string>> = {
  coerce_tz_aware: 'offline reads are',
  openlineage: 'OpenLineage events are',
  mlflow: 'MLflow tracking is',
  data_quality_monitoring: 'data quality monitoring is',
};

/** What is accepted and does nothing yet: reasons for a warning. */
export function featuresWithoutEffect(config: FeatureStoreConfig): ConfigurationProblem[] {
  const blocks = config.givenKeys.map((key): IdleSetting => [key, IDLE_BLOCKS[key] ?? false]);
  const settings = [...blocks, ...idleJobSettings(config), ...idleServerSettings(config)];
  return [...settings, ...idleRegistrySettings(config)].flatMap(([path, what]) =>
    what ? [{ path, message: `has no effect yet: ${what} not part of this version of Salver` }] : [],
  );
}

type IdleSetting = readonly [path: string, what: string | false];

/** Kinds that a server can do without; a command that needs them refuses to run. */
function idleJobSettings({ offlineStore, batchEngine }: FeatureStoreConfig): IdleSetting[] {
  const { type } = offlineStore;
  const engine = batchEngine.type;
  return [
    ['offline_store.type', !OFFLINE_STORES.includes(type) && `the offline store ${type} is`],
    ['batch_engine.type', !BATCH_ENGINES.includes(engine) && `the batch engine ${engine} is`],
  ];
}

function idleServerSettings({ featureServer }: FeatureStoreConfig): IdleSetting[] {
  const block = 'feature_server';
  return [
    [`${block}.type`, featureServer.mcp !== null && 'the MCP endpoint is'],
    [`${block}.feature_logging`, featureServer.featureLogging.enabled && 'the logging of features is'],
    [
      `${block}.transformation_service_endpoint`,
      featureServer.transformationServiceNamed && 'on-demand transformations are',
    ],
  ];
}

function idleRegistrySettings({ registry }: FeatureStoreConfig): IdleSetting[] {
  return [['registry.mcp.enabled', registry.mcpEnabled && 'the registry server is']];
}
