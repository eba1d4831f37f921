import { isAbsolute, join } from 'node:path';
import { closestName } from './closest-name.js';
import type { OnlineStoreConfig, RedisOnlineStoreConfig, SqliteOnlineStoreConfig } from './feature-store.js';
import { laxBoolean, laxInteger, oneOf, optional, text } from './setting-readers.js';
import { type Findings, SettingsBlock } from './settings-block.js';
import type { YamlNode } from './yaml-node.js';

const SQLITE_CLASS = 'feast.infra.online_stores.sqlite.SqliteOnlineStore';
const REDIS_CLASS = 'feast.infra.online_stores.redis.RedisOnlineStore';

const KNOWN_TYPES: readonly string[] = [
  'aerospike',
  'sqlite',
  'datastore',
  'redis',
  'dynamodb',
  'snowflake.online',
  'bigtable',
  'postgres',
  'hbase',
  'cassandra',
  'scylladb',
  'mysql',
  'hazelcast',
  'elasticsearch',
  'remote',
  'singlestore',
  'qdrant',
  'couchbase.online',
  'milvus',
  'mongodb',
  'hybrid',
];

/** The `online_store` block; a text is the type with all its defaults, `null` means that there is none. */
export function readOnlineStore(
  node: YamlNode | undefined,
  repoDir: string,
  findings: Findings,
): OnlineStoreConfig {
  if (node?.kind === 'null') return { type: 'none' };
  const block = onlineStoreBlock(node, findings);
  const type = block.read('type', text, 'sqlite');
  switch (type) {
    case 'sqlite':
    case SQLITE_CLASS:
      return readSqlite(block, repoDir);
    case 'redis':
    case REDIS_CLASS:
      return readRedis(block);
    default:
      checkType(type, findings);
      return { type: 'unsupported', name: type };
  }
}

function onlineStoreBlock(node: YamlNode | undefined, findings: Findings): SettingsBlock {
  if (node?.kind !== 'text') return SettingsBlock.of('online_store', node, findings);
  const entries = new Map<string, YamlNode>([['type', node]]);
  return new SettingsBlock('online_store', { kind: 'map', entries, otherKeys: [] }, findings);
}

function checkType(type: string, findings: Findings): void {
  if (KNOWN_TYPES.includes(type) || /\.\w*OnlineStore$/.test(type)) return;
  if (type === 'None') {
    findings.problem('online_store', 'write null (without quotes) to have no online store');
    return;
  }
  const meant = closestName(type, KNOWN_TYPES);
  findings.problem(
    'online_store.type',
    `no online store is called "${type}" (known: ${KNOWN_TYPES.join(', ')}, or the path of a class that ends in ` +
      `OnlineStore${meant === undefined ? '' : `; did you mean ${meant}?`})`,
  );
}

function readSqlite(block: SettingsBlock, repoDir: string): SqliteOnlineStoreConfig {
  const path = block.read('path', text, 'data/online.db');
  if (path === '') block.findings.problem(block.pathOf('path'), 'must not be empty');
  const config: SqliteOnlineStoreConfig = {
    type: 'sqlite',
    path: isAbsolute(path) ? path : join(repoDir, path),
    writtenPath: path,
    vectorEnabled: block.read('vector_enabled', optional(laxBoolean), null) ?? false,
    similarity: block.read('similarity', optional(text), 'cosine'),
    textSearchEnabled: block.read('text_search_enabled', laxBoolean, false),
    enableOpenaiCompatibleStore: block.read('enable_openai_compatible_store', laxBoolean, false),
  };
  block.refuseUnknownKeys();
  return config;
}

function readRedis(block: SettingsBlock): RedisOnlineStoreConfig {
  const config: RedisOnlineStoreConfig = {
    type: 'redis',
    redisType: block.read('redis_type', oneOf('redis', 'redis_cluster', 'redis_sentinel'), 'redis'),
    sentinelMaster: block.read('sentinel_master', text, 'mymaster'),
    connectionString: block.read('connection_string', text, 'localhost:6379'),
    keyTtlSeconds: block.read('key_ttl_seconds', optional(laxInteger), null),
    fullScanForDeletion: block.read('full_scan_for_deletion', optional(laxBoolean), true) ?? false,
    skipDedup: block.read('skip_dedup', laxBoolean, false),
  };
  block.refuseUnknownKeys();
  return config;
}
