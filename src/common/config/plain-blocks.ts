import type { EmbeddingModelConfig, MaterializationConfig, TypedOptions } from './feature-store.js';
import { laxInteger, optional, positive, strictBoolean, strictInteger, text } from './setting-readers.js';
import { type Findings, SettingsBlock } from './settings-block.js';
import type { YamlNode } from './yaml-node.js';

const NEWEST_ENTITY_KEY_VERSION = 3;

/** `project`: letters, digits and underscores; it becomes part of table names. */
export function readProject(node: YamlNode | undefined, findings: Findings): string {
  if (node?.kind !== 'text') {
    findings.problem('project', node === undefined ? 'required: the name of the project' : 'expected text');
    return '';
  }
  const name = node.value;
  if (name.includes('-')) {
    findings.problem('project', 'must not hold a hyphen: the name becomes part of table names');
  } else if (!/^[\p{L}\p{N}_]+$/u.test(name) || name.startsWith('_')) {
    findings.problem(
      'project',
      'must hold letters, digits and underscores only, and not begin with an underscore',
    );
  }
  return name;
}

/** `entity_key_serialization_version`: above 3 is the same as 3. */
export function readEntityKeySerializationVersion(block: SettingsBlock): number {
  const key = 'entity_key_serialization_version';
  const version = block.read(key, strictInteger, NEWEST_ENTITY_KEY_VERSION);
  if (version < 0) block.findings.problem(key, 'must not be negative');
  if (version < NEWEST_ENTITY_KEY_VERSION) {
    block.findings.warn(key, `version ${version} is deprecated; 3 needs the online store to be filled anew`);
  }
  if (version > NEWEST_ENTITY_KEY_VERSION)
    block.findings.warn(key, `there is no version ${version}: taken as 3`);
  return Math.min(Math.max(version, 0), NEWEST_ENTITY_KEY_VERSION);
}

/** `offline_store`: `file` is the old name of `dask`. */
export function readOfflineStore(node: YamlNode | undefined, findings: Findings): TypedOptions {
  const { type, options } = readTypedOptions('offline_store', node, 'dask', findings);
  return { type: type === 'file' ? 'dask' : type, options };
}

/** A block of which only the type matters here: a text is the type. */
export function readTypedOptions(
  path: string,
  node: YamlNode | undefined,
  defaultType: string,
  findings: Findings,
): TypedOptions {
  if (node === undefined || node.kind === 'null') return { type: defaultType, options: {} };
  if (node.kind === 'text') return { type: node.value, options: {} };
  const block = SettingsBlock.of(path, node, findings);
  const type = block.read('type', text, defaultType);
  const options = Object.fromEntries(Object.entries(block.plain()).filter(([key]) => key !== 'type'));
  return { type, options };
}

/** `materialization`: keys that are not known have never been refused. */
export function readMaterialization(node: YamlNode | undefined, findings: Findings): MaterializationConfig {
  const block = SettingsBlock.of('materialization', node, findings);
  const config: MaterializationConfig = {
    pullLatestFeatures: block.read('pull_latest_features', strictBoolean, false),
    onlineWriteBatchSize: block.read('online_write_batch_size', optional(positive(laxInteger)), null),
  };
  block.warnOfUnknownKeys();
  return config;
}

/** `embedding_model`. */
export function readEmbeddingModel(
  node: YamlNode | undefined,
  findings: Findings,
): EmbeddingModelConfig | null {
  if (node === undefined || node.kind === 'null') return null;
  const block = SettingsBlock.of('embedding_model', node, findings);
  const config: EmbeddingModelConfig = {
    provider: block.read('provider', text, 'sentence_transformers'),
    model: block.read('model', text, ''),
  };
  if (node.kind === 'map' && !block.has('model')) findings.problem('embedding_model.model', 'required');
  block.refuseUnknownKeys();
  return config;
}

/** Blocks that do not concern serving: their types are checked as Feast does, their content is not used. */
export function readUnusedBlocks(node: (key: string) => YamlNode | undefined, findings: Findings): void {
  node('mlflow');
  if (node('flags') !== undefined) findings.warn('flags', 'has no effect: nothing is behind a flag any more');
  const quality = unusedBlock('data_quality_monitoring', node, findings);
  quality.read('auto_baseline', strictBoolean, true);
  quality.refuseUnknownKeys();
  unusedBlock('openlineage', node, findings).read('enabled', strictBoolean, false);
}

function unusedBlock(
  key: string,
  node: (key: string) => YamlNode | undefined,
  findings: Findings,
): SettingsBlock {
  const value = node(key);
  return SettingsBlock.of(key, value?.kind === 'null' ? undefined : value, findings);
}
