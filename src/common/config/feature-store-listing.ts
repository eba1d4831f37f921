import type { PlainData, YamlMap } from './yaml-node.js';
import { toPlainData } from './yaml-node.js';

/** Feast's order. */
const KEYS = [
  'project',
  'project_description',
  'provider',
  'registry',
  'online_store',
  'auth',
  'offline_store',
  'batch_engine',
  'feature_server',
  'flags',
  'entity_key_serialization_version',
  'coerce_tz_aware',
  'materialization',
  'openlineage',
  'mlflow',
];

const OTHER_NAMES: Readonly<Record<string, string>> = {
  batch_engine_config: 'batch_engine',
  materialization_config: 'materialization',
};

/** What Feast fills in when the file does not say it; other defaults are not shown. */
const SHOWN_DEFAULTS: Readonly<Record<string, PlainData>> = {
  online_store: 'sqlite',
  auth: { type: 'no_auth' },
  offline_store: 'dask',
  batch_engine: 'local',
};

/**
 * What `feature_store.yaml` sets, as Feast shows it.
 *
 * Shape:  variables are put in, paths are as they are written. Known keys in Feast's order, then the others.
 * Errors: RangeError when aliases would make it very large.
 */
export function listFeatureStore(document: YamlMap): Readonly<Record<string, PlainData>> {
  const written = Object.entries(toPlainData(document) as Readonly<Record<string, PlainData>>);
  const settings = { ...SHOWN_DEFAULTS };
  // The name of today wins over the old one.
  for (const [key, value] of written) if (key in OTHER_NAMES) settings[OTHER_NAMES[key] as string] = value;
  for (const [key, value] of written) if (!(key in OTHER_NAMES)) settings[key] = value;
  const rank = (key: string): number => (KEYS.includes(key) ? KEYS.indexOf(key) : KEYS.length);
  return Object.fromEntries(Object.entries(settings).toSorted(([a], [b]) => rank(a) - rank(b)));
}
