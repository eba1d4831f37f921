import type {
  FeatureLoggingConfig,
  FeatureServerConfig,
  McpConfig,
  MetricsConfig,
  OfflinePushBatchingConfig,
} from './feature-store.js';
import { oneOf, optional, strictBoolean, strictInteger, text } from './setting-readers.js';
import { type Findings, SettingsBlock } from './settings-block.js';
import type { YamlNode } from './yaml-node.js';

const DEFAULT_ENDPOINT = { local: 'localhost:6569', mcp: 'localhost:6566' } as const;

/** The `feature_server` block. */
export function readFeatureServer(node: YamlNode | undefined, findings: Findings): FeatureServerConfig {
  const block = SettingsBlock.of('feature_server', node?.kind === 'null' ? undefined : node, findings);
  const type = block.read('type', oneOf('local', 'mcp'), 'local');
  const config: FeatureServerConfig = {
    type,
    enabled: block.read('enabled', strictBoolean, false),
    transformationServiceNamed: block.has('transformation_service_endpoint'),
    transformationServiceEndpoint: block.read(
      'transformation_service_endpoint',
      text,
      DEFAULT_ENDPOINT[type],
    ),
    metrics: readMetrics(block.block('metrics')),
    featureLogging: readFeatureLogging(block.block('feature_logging')),
    offlinePushBatching: readOfflinePushBatching(block),
    mcp: type === 'mcp' ? readMcp(block) : null,
  };
  block.refuseUnknownKeys();
  return config;
}

function readMetrics(block: SettingsBlock): MetricsConfig {
  const flag = (key: string, fallback: boolean) => block.read(key, strictBoolean, fallback);
  const config: MetricsConfig = {
    enabled: flag('enabled', false),
    resource: flag('resource', true),
    request: flag('request', true),
    onlineFeatures: flag('online_features', true),
    push: flag('push', true),
    materialization: flag('materialization', true),
    freshness: flag('freshness', true),
    offlineFeatures: flag('offline_features', true),
    auditLogging: flag('audit_logging', false),
  };
  block.refuseUnknownKeys();
  return config;
}

function readFeatureLogging(block: SettingsBlock): FeatureLoggingConfig {
  const config: FeatureLoggingConfig = {
    enabled: block.read('enabled', strictBoolean, false),
    flushIntervalSeconds: block.read('flush_interval_secs', strictInteger, 600),
    writeToDiskIntervalSeconds: block.read('write_to_disk_interval_secs', strictInteger, 30),
    queueCapacity: block.read('queue_capacity', strictInteger, 100_000),
    emitTimeoutMicroseconds: block.read('emit_timeout_micro_secs', strictInteger, 10_000),
  };
  block.refuseUnknownKeys();
  return config;
}

/** On only when it is enabled and both numbers are there, as in Feast; half of it is worth a warning. */
function readOfflinePushBatching(block: SettingsBlock): OfflinePushBatchingConfig | null {
  const enabled = block.read('offline_push_batching_enabled', optional(strictBoolean), null);
  const batchSize = block.read('offline_push_batching_batch_size', optional(strictInteger), null);
  const batchIntervalSeconds = block.read(
    'offline_push_batching_batch_interval_seconds',
    optional(strictInteger),
    null,
  );
  if (enabled !== true) return null;
  if (batchSize !== null && batchIntervalSeconds !== null) return { batchSize, batchIntervalSeconds };
  block.findings.warn(
    block.pathOf('offline_push_batching_enabled'),
    'batching stays off: it needs offline_push_batching_batch_size and offline_push_batching_batch_interval_seconds',
  );
  return null;
}

function readMcp(block: SettingsBlock): McpConfig {
  return {
    enabled: block.read('mcp_enabled', strictBoolean, false),
    serverName: block.read('mcp_server_name', text, 'feast-mcp-server'),
    serverVersion: block.read('mcp_server_version', text, '1.0.0'),
    transport: block.read('mcp_transport', oneOf('sse', 'http'), 'sse'),
  };
}
