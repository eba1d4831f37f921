import { isAbsolute, join } from 'node:path';
import type { RegistryConfig } from './feature-store.js';
import {
  laxBoolean,
  oneOf,
  optional,
  plainObject,
  strictBoolean,
  strictInteger,
  text,
  textMap,
} from './setting-readers.js';
import { type Findings, SettingsBlock } from './settings-block.js';
import type { YamlNode } from './yaml-node.js';

const TYPES = ['file', 'sql', 'snowflake.registry', 'remote'] as const;
const SCHEMA_MODES = ['auto', 'verify', 'skip'] as const;

const STORE_OF_CLASS: Readonly<Record<string, string>> = {
  FileRegistryStore: 'file',
  S3RegistryStore: 's3',
  GCSRegistryStore: 'gs',
  AzureRegistryStore: 'azure',
  HDFSRegistryStore: 'hdfs',
};
const STORE_OF_SCHEME: Readonly<Record<string, string>> = { s3: 's3', gs: 'gs', hdfs: 'hdfs' };

type RegistryCommon = Pick<
  RegistryConfig,
  | 'cacheTtlSeconds'
  | 'cacheMode'
  | 'purgeFeastMetadata'
  | 'enableOnlineFeatureViewVersioning'
  | 's3AdditionalKwargs'
  | 'mcpEnabled'
>;

/** The `registry` block; a text is the path of a file registry. */
export function readRegistry(
  node: YamlNode | undefined,
  repoDir: string,
  findings: Findings,
): RegistryConfig {
  const block = registryBlock(node, findings);
  const type = block.read('registry_type', oneOf(...TYPES), 'file');
  const common = readCommon(block);
  const path = block.read('path', text, '');
  const registry = readType(type, block, common, { path, repoDir });
  if (path === '' && !findings.problems.some((problem) => problem.path.startsWith('registry'))) {
    findings.problem('registry.path', 'required: where the registry lies');
  }
  block.warnOfUnknownKeys();
  return registry;
}

function registryBlock(node: YamlNode | undefined, findings: Findings): SettingsBlock {
  if (node === undefined || node.kind === 'null') {
    findings.problem('registry', 'required: the path of the registry, or an object');
    return SettingsBlock.of('registry', undefined, findings);
  }
  if (node.kind !== 'text') return SettingsBlock.of('registry', node, findings);
  return new SettingsBlock(
    'registry',
    { kind: 'map', entries: new Map([['path', node]]), otherKeys: [] },
    findings,
  );
}

function readCommon(block: SettingsBlock): RegistryCommon {
  const cacheMode = block.read('cache_mode', text, 'sync');
  if (cacheMode !== 'sync' && cacheMode !== 'thread') {
    block.findings.warn(block.pathOf('cache_mode'), 'neither sync nor thread: taken as sync');
  }
  const mcp = block.block('mcp');
  return {
    cacheTtlSeconds: block.read('cache_ttl_seconds', strictInteger, 600),
    cacheMode: cacheMode === 'thread' ? 'thread' : 'sync',
    purgeFeastMetadata: block.read('purge_feast_metadata', strictBoolean, false),
    enableOnlineFeatureViewVersioning: block.read(
      'enable_online_feature_view_versioning',
      strictBoolean,
      false,
    ),
    s3AdditionalKwargs: block.read('s3_additional_kwargs', optional(textMap), null),
    mcpEnabled: mcp.read('enabled', strictBoolean, false),
  };
}

function readType(
  type: (typeof TYPES)[number],
  block: SettingsBlock,
  common: RegistryCommon,
  { path, repoDir }: { path: string; repoDir: string },
): RegistryConfig {
  switch (type) {
    case 'file': {
      const store = readStore(block, path);
      return {
        type,
        store,
        path: store === 'file' && !isAbsolute(path) ? join(repoDir, path) : path,
        ...common,
      };
    }
    case 'sql':
      return {
        type,
        path,
        readPath: block.read('read_path', optional(text), null),
        sqlalchemyConfigKwargs: block.read('sqlalchemy_config_kwargs', plainObject, { echo: false }),
        threadPoolExecutorWorkerCount: block.read('thread_pool_executor_worker_count', strictInteger, 0),
        schemaMode: block.read('schema_mode', oneOf(...SCHEMA_MODES), 'auto'),
        ...common,
      };
    case 'remote':
      return {
        type,
        path,
        cert: block.read('cert', text, ''),
        isTls: block.read('is_tls', laxBoolean, false),
        clientCert: block.read('client_cert', text, ''),
        clientKey: block.read('client_key', text, ''),
        authority: block.read('authority', text, ''),
        ...common,
      };
    case 'snowflake.registry':
      return { type, path, ...common };
  }
}

/** Which kind of place holds the file: named by `registry_store_type`, else by the scheme of the path. */
function readStore(block: SettingsBlock, path: string): string {
  const named = block.read('registry_store_type', optional(text), null);
  if (named !== null) {
    const store = STORE_OF_CLASS[named] ?? (/\.\w+RegistryStore$/.test(named) ? named : undefined);
    if (store !== undefined) return store;
    block.findings.problem(
      block.pathOf('registry_store_type'),
      `expected one of ${Object.keys(STORE_OF_CLASS).join(', ')}, or the path of a class that ends in RegistryStore`,
    );
    return 'file';
  }
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(path)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'file';
  const store = STORE_OF_SCHEME[scheme];
  if (store !== undefined) return store;
  const hint =
    scheme === 'file'
      ? 'write the plain path of the file'
      : 'known are plain paths, s3://, gs:// and hdfs://';
  block.findings.problem(block.pathOf('path'), `the scheme ${scheme}: cannot be used (${hint})`);
  return 'file';
}
