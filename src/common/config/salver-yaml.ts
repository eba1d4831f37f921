import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiKeySettings } from './auth.config.js';
import { closestName } from './closest-name.js';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';
import type { ConfigurationSources } from './configuration-sources.js';
import { deepFreeze } from './deep-freeze.js';
import type { Environment } from './environment-substitution.js';
import { reasonOf } from './feature-store-location.js';
import { type SalverConfig, SalverSettings, settingProblems } from './server.config.js';
import { FEAST_MAX_JOBS_VARIABLE, feastMaxJobs } from './materialization.config.js';
import { type SettingKey, settingKeys, type SettingValue } from './setting-keys.js';
import { readSettingList } from './setting-list.js';
import { Refusal } from './setting-readers.js';
import { Findings, SettingsBlock } from './settings-block.js';
import { kindName, type YamlNode } from './yaml-node.js';
import { parseYaml } from './yaml-text.js';

export const SALVER_FILE = 'salver.yaml';
/** Ends the path of a problem with a setting that the command line gave. */
export const FLAG_ORIGIN = ' (given as a flag)';

/** Feast has a variable for it. */
const MAX_JOBS = 'materialization.max_jobs';

/** A setting as it is, and where that was said. */
export interface SettingOrigin {
  /** Key path in the file: `server.port`. */
  readonly path: string;
  readonly value: SettingValue;
  /** A place as messages name it, or `default`. */
  readonly origin: string;
}

export interface SalverReading {
  readonly config: SalverConfig;
  /** All settings there are. */
  readonly settings: readonly SettingOrigin[];
  readonly problems: readonly ConfigurationProblem[];
  readonly warnings: readonly ConfigurationProblem[];
}

/**
 * Reads Salver's own settings: flags before variables before `salver.yaml` (which need not exist) before defaults.
 *
 * Shape:   `directory` is where `feature_store.yaml` lies. Values that stand for others stay as they are set.
 * Errors:  ConfigurationError for a file that cannot be read; problems with single settings are handed back.
 */
export function readSalver(
  directory: string,
  { env, flags }: Omit<ConfigurationSources, 'cwd'>,
): SalverReading {
  const findings = new Findings();
  const settings = new SalverSettings();
  const origins = new Map<string, string>();
  const keys = settingKeys();
  const assign = (key: SettingKey, value: SettingValue | Refusal | undefined, origin: string) => {
    if (value === undefined) return;
    if (value instanceof Refusal) {
      findings.problem(origin, value.message);
      return;
    }
    Object.assign(key.section === undefined ? settings : settings[key.section], { [key.property]: value });
    origins.set(propertyPath(key), origin);
  };
  const file = readFileSettings(directory, findings, keys);
  settings.auth.apiKeys = file.apiKeys;
  origins.set('auth.apiKeys', `${SALVER_FILE}: auth.api_keys`);
  for (const key of keys) {
    assign(key, file.scalars.get(key.path), `${SALVER_FILE}: ${key.path}`);
    if (key.path === MAX_JOBS) assign(key, feastMaxJobs(env), FEAST_MAX_JOBS_VARIABLE);
    assign(key, fromText(env[key.variable] || undefined, key), key.variable);
    assign(key, fromFlag(flags.settings?.[key.path], key), key.path + FLAG_ORIGIN);
  }
  for (const { path, message } of settingProblems(settings)) {
    findings.problem(origins.get(path) ?? path, message);
  }
  refuseUnknownFlags(flags.settings, keys, findings);
  warnOfUnknownVariables(env, keys, findings);
  return {
    config: deepFreeze(plainCopy(settings)),
    settings: keys.map((key) => ({
      path: key.path,
      value: valueOf(settings, key),
      origin: origins.get(propertyPath(key)) ?? 'default',
    })),
    problems: findings.problems,
    warnings: deepFreeze(findings.warnings),
  };
}

/** As class-validator names it. */
function propertyPath({ section, property }: SettingKey): string {
  return section === undefined ? property : `${section}.${property}`;
}

function valueOf(settings: SalverSettings, { section, property }: SettingKey): SettingValue {
  const holder: object = section === undefined ? settings : settings[section];
  return (holder as Record<string, SettingValue>)[property] as SettingValue;
}

function plainCopy(settings: SalverSettings): SalverConfig {
  return structuredClone(settings);
}

interface FileSettings {
  /** By key path. */
  readonly scalars: ReadonlyMap<string, SettingValue | Refusal>;
  readonly apiKeys: readonly ApiKeySettings[];
}

function readFileSettings(directory: string, findings: Findings, keys: readonly SettingKey[]): FileSettings {
  const scalars = new Map<string, SettingValue | Refusal>();
  let apiKeys: readonly ApiKeySettings[] = [];
  const file = SettingsBlock.of(SALVER_FILE, readDocument(join(directory, SALVER_FILE)), findings, ': ');
  for (const section of new Set(keys.map((key) => key.section))) {
    const block = section === undefined ? file : file.block(section);
    for (const key of keys.filter((candidate) => candidate.section === section)) {
      const node = block.node(key.path.slice(key.path.indexOf('.') + 1));
      if (node !== undefined) scalars.set(key.path, scalarSetting(node, key));
    }
    if (section === 'auth') apiKeys = readApiKeys(block);
    if (block !== file) block.refuseUnknownKeys();
  }
  file.refuseUnknownKeys();
  return { scalars, apiKeys };
}

function readApiKeys(block: SettingsBlock): readonly ApiKeySettings[] {
  const node = block.node('api_keys');
  if (node === undefined) return [];
  return readSettingList(block.pathOf('api_keys'), node, ApiKeySettings, block.findings);
}

function readDocument(path: string): YamlNode | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof TypeError) throw ConfigurationError.of(path, 'the file is not UTF-8 text');
    throw ConfigurationError.of(path, `the file cannot be read: ${reasonOf(error)}`);
  }
  const document = parseYaml(text, path);
  return document?.kind === 'null' ? undefined : document;
}

/** A value of the kind that the default has. Its range is checked later, together with the other sources. */
function scalarSetting(node: YamlNode, { defaultValue }: SettingKey): SettingValue | Refusal {
  const wanted = typeof defaultValue;
  if (wanted === 'number' && node.kind === 'integer') return Number(node.value);
  if (wanted === 'boolean' && node.kind === 'boolean') return node.value;
  if (wanted === 'string' && node.kind === 'text') return node.value;
  return new Refusal(`expected ${KIND_NAMES[wanted] ?? wanted}, found ${kindName(node)}`);
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  number: 'a whole number',
  boolean: 'true or false',
  string: 'text',
};

/** What a variable says. An empty one counts as not set. */
function fromText(
  text: string | undefined,
  { defaultValue }: SettingKey,
): SettingValue | Refusal | undefined {
  if (text === undefined || typeof defaultValue === 'string') return text;
  if (typeof defaultValue === 'number') {
    const value = Number(text);
    return /^[-+]?\d+$/.test(text) ? value : new Refusal(`expected a whole number, found "${text}"`);
  }
  if (text === 'true' || text === 'false') return text === 'true';
  return new Refusal(`expected true or false, found "${text}"`);
}

function fromFlag(value: SettingValue | undefined, key: SettingKey): SettingValue | Refusal | undefined {
  if (typeof value === 'string') return fromText(value, key);
  if (value === undefined || typeof value === typeof key.defaultValue) return value;
  return new Refusal(`expected ${KIND_NAMES[typeof key.defaultValue] ?? ''}`);
}

function refuseUnknownFlags(
  settings: ConfigurationSources['flags']['settings'],
  keys: readonly SettingKey[],
  findings: Findings,
): void {
  const known = keys.map((key) => key.path);
  for (const path of Object.keys(settings ?? {})) {
    if (!known.includes(path)) findings.problem(path, `there is no such setting${suggestion(path, known)}`);
  }
}

function warnOfUnknownVariables(env: Environment, keys: readonly SettingKey[], findings: Findings): void {
  const known = keys.map((key) => key.variable);
  if (env[FEAST_MAX_JOBS_VARIABLE] && feastMaxJobs(env) === undefined) {
    findings.warn(FEAST_MAX_JOBS_VARIABLE, 'is no whole number, it has no effect');
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith('SALVER_') || known.includes(name)) continue;
    findings.warn(name, `no setting has this variable, it has no effect${suggestion(name, known)}`);
  }
}

function suggestion(name: string, known: readonly string[]): string {
  const meant = closestName(name, known);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}
