import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { CHECKOUT } from '../support/servers.ts';
import type { Recording } from './exchange.ts';

/** What a recording needs beyond a copy of its repo. */
interface Preparation {
  /** A text of feature_store.yaml and what stands there instead. */
  readonly yaml?: readonly [string, string];
  readonly env?: Readonly<Record<string, string>>;
}

const RECORDED_REDIS = '127.0.0.1:7379';
/** Only there: the issuer that tokens name stays the recorded one, wherever its keys are served. */
const RECORDED_ISSUER = 'auth_discovery_url: http://127.0.0.1:7480/';

const PREPARATIONS: Readonly<Record<string, Preparation>> = {
  'drivers-sqlite-versioning.json': {
    yaml: [
      'registry: data/registry.db\n',
      'registry:\n  path: data/registry.db\n  enable_online_feature_view_versioning: true\n',
    ],
  },
  'permissions-oidc-allowall.json': {
    yaml: ['registry: data/registry.db\n', 'registry: data/registry_allow_all.db\n'],
  },
  'permissions-oidc-audience.json': {
    yaml: [
      '  client_id: feast-client\n',
      '  client_id: feast-client\n  audience: feast\n  issuer: http://127.0.0.1:7480\n',
    ],
    env: { INTRA_COMMUNICATION_BASE64: 'c2VydmVy' },
  },
  'vectors-sqlite-text.json': { yaml: ['vector_enabled: true\n', 'text_search_enabled: true\n'] },
};

/** Addresses of the servers that were started in place of the recorded ones, `host:port`. */
export interface OwnServers {
  readonly redis?: string | undefined;
  readonly issuer?: string | undefined;
  /** Views in TypeScript take the place of Python's, where there are such. */
  readonly usesTwin?: boolean;
}

/** The same definitions in TypeScript. */
interface Twin {
  readonly definitions: string;
  /** Those cases alone that compute something; the others are answered from the registry that Feast wrote. */
  readonly cases?: readonly string[];
}

/**
 * Repos whose on-demand views are Python in the recordings, and where the same views are in TypeScript: they are applied
 * from there, over the recorded store.
 */
const TWINS: Readonly<Record<string, Twin>> = {
  'odfv-sqlite': { definitions: 'test/fixtures/definitions/odfv-sqlite.definitions.ts' },
  'permissions-oidc': {
    definitions: 'test/fixtures/definitions/permissions-oidc.definitions.ts',
    cases: ['odfv-allowed'],
  },
};

/** Whether a case or scenario of a repo is replayed against its twin, where twins are wanted. */
export function hasTwin({ repo }: Pick<Recording, 'repo'>, name: string): boolean {
  const twin = TWINS[repo];
  return twin !== undefined && (twin.cases === undefined || twin.cases.includes(name));
}

/** How a definition file that is checked with the project imports what a repo finds in the package. */
const OWN_BUILDERS = /'[./]*\/src\/definitions\/index\.js'/;

export interface ScratchRepo {
  readonly path: string;
  /** The definitions are to be applied before it is served. */
  readonly isUnapplied: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly remove: () => void;
}

/**
 * Copies the repo of a recording to a temporary folder and sets it up as the recording says.
 * Errors: an Error when the feature_store.yaml does not hold the text that is to be replaced.
 */
export function scratchRepo(
  fixtures: string,
  file: string,
  recording: Recording,
  { redis, issuer, usesTwin = false }: OwnServers = {},
): ScratchRepo {
  const preparation = PREPARATIONS[basename(file)] ?? {};
  const source = join(fixtures, 'repos', recording.repo);
  const yaml = preparedYaml(readFileSync(join(source, 'feature_store.yaml'), 'utf8'), preparation, recording);
  const path = mkdtempSync(join(tmpdir(), 'salver-conformance-'));
  cpSync(source, path, { recursive: true });
  const own = yaml
    .replace(RECORDED_REDIS, redis ?? RECORDED_REDIS)
    .replace(
      RECORDED_ISSUER,
      issuer === undefined ? RECORDED_ISSUER : `auth_discovery_url: http://${issuer}/`,
    );
  writeFileSync(join(path, 'feature_store.yaml'), own);
  const isUnapplied = usesTwin && putTwin(path, recording);
  const env = preparation.env ?? {};
  return { path, env, isUnapplied, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function putTwin(path: string, { repo }: Recording): boolean {
  const twin = TWINS[repo];
  if (twin === undefined) return false;
  // The issuer is a program, no definition.
  for (const name of ['features.py', 'make_data.py', 'create_tables.py', 'data/registry.db', 'oidc'])
    rmSync(join(path, name), { force: true, recursive: true });
  const text = readFileSync(join(CHECKOUT, twin.definitions), 'utf8');
  writeFileSync(join(path, 'features.ts'), text.replace(OWN_BUILDERS, "'salver'"));
  return true;
}

function preparedYaml(original: string, { yaml }: Preparation, { repo, server }: Recording): string {
  const text = server.feature_store_yaml ?? original;
  if (yaml === undefined) return text;
  const [before, after] = yaml;
  if (!text.includes(before))
    throw new Error(`feature_store.yaml of ${repo} does not hold ${JSON.stringify(before)}`);
  return text.replace(before, after);
}

/** The dump that a Redis server must hold for a recording; undefined for one that needs none. */
export function redisDump(fixtures: string, { repo }: Recording): string | undefined {
  return repo === 'drivers-redis' ? join(fixtures, 'repos', repo, 'dumps/redis.v3.json') : undefined;
}

/** The provider that a recording needs for its tokens; undefined for one that needs none. */
export function issuerScript(fixtures: string, { repo }: Recording): string | undefined {
  return repo === 'permissions-oidc' ? join(fixtures, 'repos', repo, 'oidc/provider.mjs') : undefined;
}
