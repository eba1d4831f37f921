import type { ConfigurationProblem } from './configuration-error.js';
import type { PlainData } from './yaml-node.js';

/**
 * What `feature_store.yaml` says, with Feast's defaults filled in.
 *
 * Shape:   plain data, frozen: it can be cloned, sent to another process or printed as JSON.
 *          What is not set is `null`. Paths of files are absolute.
 */
export interface FeatureStoreConfig {
  readonly project: string;
  readonly projectDescription: string | null;
  readonly provider: string;
  readonly repoDir: string;
  readonly yamlPath: string;
  readonly registry: RegistryConfig;
  readonly onlineStore: OnlineStoreConfig;
  readonly offlineStore: TypedOptions;
  readonly batchEngine: TypedOptions;
  readonly materialization: MaterializationConfig;
  /** 0, 1, 2 or 3; what is above 3 means 3. */
  readonly entityKeySerializationVersion: number;
  readonly coerceTzAware: boolean | null;
  readonly featureServer: FeatureServerConfig;
  readonly auth: AuthConfig;
  readonly embeddingModel: EmbeddingModelConfig | null;
  /** The top-level keys that the file holds and that are known. */
  readonly givenKeys: readonly string[];
  readonly warnings: readonly ConfigurationProblem[];
}

/** A block of which only the type is looked at; the rest is handed on as it is. */
export interface TypedOptions {
  readonly type: string;
  readonly options: Readonly<Record<string, PlainData>>;
}

export interface MaterializationConfig {
  readonly pullLatestFeatures: boolean;
  /** `null`: everything in one batch. */
  readonly onlineWriteBatchSize: number | null;
}

export interface EmbeddingModelConfig {
  readonly provider: string;
  readonly model: string;
}

export type RegistryConfig =
  FileRegistryConfig | SqlRegistryConfig | RemoteRegistryConfig | SnowflakeRegistryConfig;

interface RegistryCommon {
  /** 0: never expires. */
  readonly cacheTtlSeconds: number;
  readonly cacheMode: 'sync' | 'thread';
  readonly purgeFeastMetadata: boolean;
  readonly enableOnlineFeatureViewVersioning: boolean;
  readonly s3AdditionalKwargs: Readonly<Record<string, string>> | null;
  readonly mcpEnabled: boolean;
}

export interface FileRegistryConfig extends RegistryCommon {
  readonly type: 'file';
  /** Where the file lies: `file`, `s3`, `gs`, `hdfs`, `azure`, or the path of a Python class. */
  readonly store: string;
  /** An absolute path for `file`, else as it was written. */
  readonly path: string;
}

export interface SqlRegistryConfig extends RegistryCommon {
  readonly type: 'sql';
  /** An SQLAlchemy URL. */
  readonly path: string;
  readonly readPath: string | null;
  readonly sqlalchemyConfigKwargs: Readonly<Record<string, PlainData>>;
  readonly threadPoolExecutorWorkerCount: number;
  readonly schemaMode: 'auto' | 'verify' | 'skip';
}

export interface RemoteRegistryConfig extends RegistryCommon {
  readonly type: 'remote';
  /** `host:port` of the registry server. */
  readonly path: string;
  readonly cert: string;
  readonly isTls: boolean;
  readonly clientCert: string;
  readonly clientKey: string;
  readonly authority: string;
}

export interface SnowflakeRegistryConfig extends RegistryCommon {
  readonly type: 'snowflake.registry';
  readonly path: string;
}

export type OnlineStoreConfig =
  | SqliteOnlineStoreConfig
  | RedisOnlineStoreConfig
  | { readonly type: 'none' }
  | { readonly type: 'unsupported'; readonly name: string };

export interface SqliteOnlineStoreConfig {
  readonly type: 'sqlite';
  readonly path: string;
  /** The path as it was written: Feast notes it in registries, and tells paths apart by their text. */
  readonly writtenPath: string;
  readonly vectorEnabled: boolean;
  readonly similarity: string | null;
  readonly textSearchEnabled: boolean;
  readonly enableOpenaiCompatibleStore: boolean;
}

export interface RedisOnlineStoreConfig {
  readonly type: 'redis';
  readonly redisType: 'redis' | 'redis_cluster' | 'redis_sentinel';
  readonly sentinelMaster: string;
  /** Nodes and options, separated by commas, as it was written. May hold a password. */
  readonly connectionString: string;
  /** `null`: keys do not expire. */
  readonly keyTtlSeconds: number | null;
  readonly fullScanForDeletion: boolean;
  readonly skipDedup: boolean;
}

export interface FeatureServerConfig {
  readonly type: 'local' | 'mcp';
  readonly enabled: boolean;
  readonly transformationServiceEndpoint: string;
  /** Whether the file names the endpoint; otherwise it is the default. */
  readonly transformationServiceNamed: boolean;
  readonly metrics: MetricsConfig;
  readonly featureLogging: FeatureLoggingConfig;
  /** `null`: offline pushes are written at once. */
  readonly offlinePushBatching: OfflinePushBatchingConfig | null;
  readonly mcp: McpConfig | null;
}

export interface MetricsConfig {
  readonly enabled: boolean;
  readonly resource: boolean;
  readonly request: boolean;
  readonly onlineFeatures: boolean;
  readonly push: boolean;
  readonly materialization: boolean;
  readonly freshness: boolean;
  readonly offlineFeatures: boolean;
  readonly auditLogging: boolean;
}

export interface FeatureLoggingConfig {
  readonly enabled: boolean;
  readonly flushIntervalSeconds: number;
  readonly writeToDiskIntervalSeconds: number;
  readonly queueCapacity: number;
  readonly emitTimeoutMicroseconds: number;
}

export interface OfflinePushBatchingConfig {
  readonly batchSize: number;
  readonly batchIntervalSeconds: number;
}

export interface McpConfig {
  readonly enabled: boolean;
  readonly serverName: string;
  readonly serverVersion: string;
  readonly transport: 'sse' | 'http';
}

export type AuthConfig =
  | { readonly type: 'no_auth' }
  | { readonly type: 'kubernetes'; readonly userToken: string | null }
  | OidcServerAuthConfig
  | OidcClientAuthConfig;

interface OidcCommon {
  readonly type: 'oidc';
  readonly clientId: string | null;
  readonly uiClientId: string | null;
  readonly verifySsl: boolean;
  readonly caCertPath: string;
  readonly audience: string | null;
  readonly issuer: string | null;
  readonly jwksCacheLifespanSeconds: number;
  readonly jwksRequestTimeoutSeconds: number;
}

/** Verifies the tokens of callers. */
export interface OidcServerAuthConfig extends OidcCommon {
  readonly form: 'server';
  readonly authDiscoveryUrl: string;
}

/** Says, besides, how a client gets its own token. */
export interface OidcClientAuthConfig extends OidcCommon {
  readonly form: 'client';
  readonly authDiscoveryUrl: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly clientSecret: string | null;
  readonly token: string | null;
  readonly tokenEnvVar: string | null;
  readonly tokenRefreshMarginSeconds: number;
}
