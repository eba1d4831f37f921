import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigurationError } from './configuration-error.js';
import type { ConfigurationSources } from './configuration-sources.js';

export const FEATURE_STORE_FILE = 'feature_store.yaml';

export interface FeatureStoreLocation {
  /** Relative paths of the file are joined to this directory, also when the file lies elsewhere. */
  readonly repoDir: string;
  readonly yamlPath: string;
  /** Why the file is looked for there, for the message when it is not. */
  readonly reason: string;
  /** Whether the repo directory was made just now, for the file alone. */
  readonly temporary: boolean;
}

/**
 * Finds out where `feature_store.yaml` is to be, as Feast's command does.
 *
 * `FEATURE_STORE_YAML_BASE64` wins: its content is written to a new directory, which nobody else can read and
 * which becomes the repo directory. It stays, for it holds the data of relative paths.
 *
 * Errors:  ConfigurationError when the variable is not base64, or the repo directory does not exist.
 */
export function locateFeatureStore({ env, cwd, flags }: ConfigurationSources): FeatureStoreLocation {
  const encoded = env['FEATURE_STORE_YAML_BASE64'];
  if (encoded) return writeEncoded(encoded);
  const directory = flags.chdir || env['FEATURE_REPO_DIR_ENV_VAR'];
  const repoDir = resolve(cwd, directory ?? '.');
  if (!statSync(repoDir, { throwIfNoEntry: false })?.isDirectory()) {
    const source = flags.chdir ? '--chdir' : 'FEATURE_REPO_DIR_ENV_VAR';
    throw ConfigurationError.of(source, `the repo directory ${repoDir} does not exist`);
  }
  const named = (file: string, reason: string) => ({
    repoDir,
    yamlPath: resolve(cwd, file),
    reason,
    temporary: false,
  });
  if (flags.featureStoreYaml) return named(flags.featureStoreYaml, 'named by --feature-store-yaml');
  const variable = env['FEAST_FS_YAML_FILE_PATH'];
  if (variable) return named(variable, 'named by FEAST_FS_YAML_FILE_PATH');
  const reason = directory ? 'in the repo directory' : 'in the current directory';
  return { repoDir, yamlPath: join(repoDir, FEATURE_STORE_FILE), reason, temporary: false };
}

function writeEncoded(encoded: string): FeatureStoreLocation {
  const variable = 'FEATURE_STORE_YAML_BASE64';
  const compact = encoded.replace(/\s/g, '');
  if (!/^[A-Za-z\d+/]+={0,2}$/.test(compact) || compact.length % 4 !== 0) {
    throw ConfigurationError.of(variable, 'this is not base64');
  }
  try {
    const repoDir = realpathSync(mkdtempSync(join(tmpdir(), 'salver-')));
    const yamlPath = join(repoDir, FEATURE_STORE_FILE);
    writeFileSync(yamlPath, Buffer.from(compact, 'base64'), { mode: 0o600 });
    return { repoDir, yamlPath, reason: `from ${variable}`, temporary: true };
  } catch (error) {
    throw ConfigurationError.of(variable, `cannot be written to a temporary directory: ${reasonOf(error)}`);
  }
}

/** Removes what was made for a file that turned out to be of no use: it may hold passwords. */
export function discardTemporary({ repoDir, temporary }: FeatureStoreLocation): void {
  if (temporary) rmSync(repoDir, { recursive: true, force: true });
}

/** The message of a failed file operation. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
