import { dirname, resolve } from 'node:path';
import { authProblems, authWarnings } from './auth-checks.js';
import { type AuthEnvironment, readAuthEnvironment } from './auth-environment.js';
import { availableCores } from './available-cores.js';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';
import type { ConfigurationSources } from './configuration-sources.js';
import { deepFreeze } from './deep-freeze.js';
import { embeddingFiles } from './embedding-model.js';
import { discardTemporary, type FeatureStoreLocation, locateFeatureStore } from './feature-store-location.js';
import { readFeatureStore } from './feature-store-yaml.js';
import type { FeatureStoreConfig } from './feature-store.js';
import { readSalver } from './salver-yaml.js';
import { searchProblems, searchWarnings } from './search-checks.js';
import { type SalverConfig, STANDARD_OUTPUT } from './server.config.js';
import {
  featuresWithoutEffect,
  unsupportedFeatures,
  unsupportedToMaterialize,
  unsupportedToServe,
} from './unsupported-features.js';

/** All configuration, checked. Plain frozen data: the primary process sends it to every other. */
export interface LoadedConfiguration {
  readonly featureStore: FeatureStoreConfig;
  readonly salver: SalverConfig;
  readonly authEnvironment: AuthEnvironment;
  /** The key of the embedding API, from the variable that `embedding.api_key_variable` names; `null` where it is not set. */
  readonly embeddingApiKey: string | null;
  /** To be told at start, once. */
  readonly warnings: readonly ConfigurationProblem[];
}

/**
 * What the configuration is for: a server must be able to do all that it asks for, other commands their own part; to
 * show it, nothing.
 */
export type ConfigurationPurpose = 'serve' | 'materialize' | 'manage' | 'show';

/**
 * Loads `feature_store.yaml` and `salver.yaml`, variables and flags.
 *
 * Errors:  ConfigurationError that names every problem of both files, and what this version does not support.
 */
export function loadConfiguration(
  sources: ConfigurationSources,
  purpose: ConfigurationPurpose = 'serve',
): LoadedConfiguration {
  const location = locateFeatureStore(sources);
  const featureStore = attempt(() => readFeatureStore(location, sources));
  const salver = attempt(() => readSalver(dirname(location.yamlPath), sources));
  const problems = [...featureStore.problems, ...salver.problems];
  if (featureStore.reading) {
    const unsupported = UNSUPPORTED_TO[purpose](featureStore.reading.config);
    problems.push(...besidesWrongBlocks(featureStore.problems, unsupported));
  }
  if (!featureStore.reading || !salver.reading) throw refused(problems, location);
  const config = featureStore.reading.config;
  const authEnvironment = readAuthEnvironment(sources.env, salver.reading.config.auth);
  const authSetting = { featureStore: config, salver: salver.reading.config, environment: authEnvironment };
  const isServer = purpose === 'serve';
  if (isServer) problems.push(...serverProblems(authSetting, featureStore.problems));
  if (problems.length > 0) throw refused(problems, location);
  const warnings = [
    ...config.warnings,
    ...featuresWithoutEffect(config),
    ...salver.reading.warnings,
    ...(isServer ? serverWarnings(authSetting, sources.env) : []),
  ];
  return deepFreeze({
    featureStore: config,
    salver: resolved(salver.reading.config, dirname(location.yamlPath)),
    authEnvironment,
    embeddingApiKey: sources.env[salver.reading.config.embedding.apiKeyVariable] || null,
    warnings,
  });
}

type AuthSetting = Parameters<typeof authProblems>[0];

function serverProblems(
  setting: AuthSetting,
  known: readonly ConfigurationProblem[],
): readonly ConfigurationProblem[] {
  return [
    ...besidesWrongBlocks(known, authProblems(setting)),
    ...searchProblems(setting.featureStore, setting.salver),
  ];
}

function serverWarnings(
  setting: AuthSetting,
  env: ConfigurationSources['env'],
): readonly ConfigurationProblem[] {
  return [...authWarnings(setting, env), ...searchWarnings(setting.featureStore, setting.salver)];
}

function refused(
  problems: readonly ConfigurationProblem[],
  location: FeatureStoreLocation,
): ConfigurationError {
  discardTemporary(location);
  return new ConfigurationError(problems);
}

/** What was read, if anything, and its problems, also when reading gave up. */
function attempt<T extends { readonly problems: readonly ConfigurationProblem[] }>(
  read: () => T,
): { readonly reading?: T; readonly problems: readonly ConfigurationProblem[] } {
  try {
    const reading = read();
    return { reading, problems: reading.problems };
  } catch (error) {
    if (error instanceof ConfigurationError) return { problems: error.problems };
    throw error;
  }
}

const UNSUPPORTED_TO: Readonly<
  Record<ConfigurationPurpose, (config: FeatureStoreConfig) => readonly ConfigurationProblem[]>
> = {
  serve: unsupportedToServe,
  materialize: unsupportedToMaterialize,
  manage: unsupportedFeatures,
  show: () => [],
};

/** What was found besides, except in blocks that are wrong anyway: their values are defaults or guesses. */
function besidesWrongBlocks(
  problems: readonly ConfigurationProblem[],
  found: readonly ConfigurationProblem[],
): ConfigurationProblem[] {
  const blockOf = (problem: ConfigurationProblem) => problem.path.split('.')[0];
  const wrong = new Set(problems.map(blockOf));
  return found.filter((problem) => !wrong.has(blockOf(problem)));
}

/** What stands for other values, replaced by them. */
function resolved(salver: SalverConfig, directory: string): SalverConfig {
  const { server, metrics, audit, journal, python, embedding } = salver;
  return {
    ...salver,
    server: { ...server, workers: server.workers === -1 ? 2 * availableCores() + 1 : server.workers },
    metrics: { ...metrics, host: metrics.host || server.host },
    audit: { path: audit.path === STANDARD_OUTPUT ? audit.path : resolve(directory, audit.path) },
    journal: { ...journal, directory: resolve(directory, journal.directory) },
    python: { ...python, interpreter: interpreterPath(python.interpreter, directory) },
    embedding: { ...embedding, ...embeddingFiles(embedding, directory) },
  };
}

/** A name without a folder is looked up in PATH. */
function interpreterPath(interpreter: string, directory: string): string {
  return /[/\\]/.test(interpreter) ? resolve(directory, interpreter) : interpreter;
}
