import { readFileSync } from 'node:fs';
import { readAuth } from './auth-block.js';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';
import type { ConfigurationSources } from './configuration-sources.js';
import { deepFreeze } from './deep-freeze.js';
import { substituteEnvironment } from './environment-substitution.js';
import { FEATURE_STORE_FILE, type FeatureStoreLocation, reasonOf } from './feature-store-location.js';
import { readFeatureServer } from './feature-server-block.js';
import type { FeatureStoreConfig } from './feature-store.js';
import { readOnlineStore } from './online-store-block.js';
import {
  readEmbeddingModel,
  readEntityKeySerializationVersion,
  readMaterialization,
  readOfflineStore,
  readProject,
  readTypedOptions,
  readUnusedBlocks,
} from './plain-blocks.js';
import { readRegistry } from './registry-block.js';
import { laxBoolean, optional, text } from './setting-readers.js';
import { Findings, SettingsBlock } from './settings-block.js';
import { kindName, type YamlMap } from './yaml-node.js';
import { parseYaml } from './yaml-text.js';

/** A file as far as it could be understood: what is wrong stands at its default. */
export interface FeatureStoreReading {
  readonly config: FeatureStoreConfig;
  readonly problems: readonly ConfigurationProblem[];
}

/**
 * Reads and checks the file of this location.
 *
 * Errors:  ConfigurationError when there is no file, or no object in it; problems with its keys are handed back.
 */
export function readFeatureStore(
  location: FeatureStoreLocation,
  { env }: Pick<ConfigurationSources, 'env'>,
): FeatureStoreReading {
  const { repoDir, yamlPath } = location;
  const findings = new Findings();
  const block = new SettingsBlock('', readFeatureStoreDocument(location, env), findings);
  const givenKeys: string[] = [];
  const node = (key: string) => {
    if (block.has(key)) givenKeys.push(key);
    return block.node(key);
  };
  const either = (key: string, otherName: string) => {
    const [named, other] = [node(key), node(otherName)];
    return named ?? other;
  };
  const config = {
    project: readProject(node('project'), findings),
    projectDescription: block.read('project_description', optional(text), null),
    provider: block.read('provider', text, 'local'),
    repoDir,
    yamlPath,
    registry: readRegistry(node('registry'), repoDir, findings),
    onlineStore: readOnlineStore(node('online_store'), repoDir, findings),
    offlineStore: readOfflineStore(node('offline_store'), findings),
    batchEngine: readTypedOptions(
      'batch_engine',
      either('batch_engine', 'batch_engine_config'),
      'local',
      findings,
    ),
    materialization: readMaterialization(either('materialization', 'materialization_config'), findings),
    entityKeySerializationVersion: readEntityKeySerializationVersion(block),
    coerceTzAware: block.read('coerce_tz_aware', optional(laxBoolean), true),
    featureServer: readFeatureServer(node('feature_server'), findings),
    auth: readAuth(node('auth'), findings),
    embeddingModel: readEmbeddingModel(node('embedding_model'), findings),
    givenKeys,
    warnings: findings.warnings,
  };
  readUnusedBlocks(node, findings);
  node('coerce_tz_aware');
  block.warnOfUnknownKeys();
  return { config: deepFreeze(config), problems: findings.problems };
}

/** The file as it is written, with variables put in. Errors: ConfigurationError when there is no object in it. */
export function readFeatureStoreDocument(
  location: FeatureStoreLocation,
  env: ConfigurationSources['env'],
): YamlMap {
  const document = parseYaml(substituteEnvironment(readText(location), env), location.yamlPath);
  if (document === undefined || document.kind === 'null') {
    throw ConfigurationError.of(location.yamlPath, 'the file is empty: project and registry are required');
  }
  if (document.kind === 'map') return document;
  throw ConfigurationError.of(location.yamlPath, `expected an object with keys, found ${kindName(document)}`);
}

function readText({ yamlPath, reason }: FeatureStoreLocation): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(yamlPath));
  } catch (error) {
    if (error instanceof TypeError) throw ConfigurationError.of(yamlPath, 'the file is not UTF-8 text');
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw ConfigurationError.of(yamlPath, `the file cannot be read: ${reasonOf(error)}`);
    }
    throw ConfigurationError.of(
      FEATURE_STORE_FILE,
      `there is no file ${yamlPath} (${reason}). Name another file with --feature-store-yaml or ` +
        'FEAST_FS_YAML_FILE_PATH, another repo directory with --chdir or FEATURE_REPO_DIR_ENV_VAR, or give the ' +
        'content in FEATURE_STORE_YAML_BASE64',
    );
  }
}
