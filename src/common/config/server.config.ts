import type { ValidationError } from 'class-validator';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Max,
  Min,
  NotEquals,
  ValidateNested,
  brokenRules,
} from './setting-rules.js';
import { ArtifactSettings } from './artifacts.config.js';
import { AuthSettings } from './auth.config.js';
import type { ConfigurationProblem } from './configuration-error.js';
import { JournalSettings } from './journal.config.js';
import { MaterializationSettings } from './materialization.config.js';
import { PythonSettings } from './python.config.js';
import { EmbeddingSettings, SearchSettings } from './search.config.js';
import { SqliteSettings } from './sqlite.config.js';

/** A timer of Node cannot wait longer. */
const MAX_TIMER_MS = 2_147_483_647;
const MAX_TIMER_SECONDS = 2_147_483;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const READ_SEMANTICS = ['feast', 'precise'] as const;
const WRITE_POLICIES = ['newest', 'last'] as const;
const INTEGER_TIMESTAMPS = ['refuse', 'nanoseconds'] as const;

/** In place of a path: the standard output. */
export const STANDARD_OUTPUT = '-';

export type ReadSemantics = (typeof READ_SEMANTICS)[number];
export type WritePolicy = (typeof WRITE_POLICIES)[number];
export type IntegerTimestamps = (typeof INTEGER_TIMESTAMPS)[number];
export type LogLevel = (typeof LOG_LEVELS)[number];

export class ServerSettings {
  @IsString()
  @IsNotEmpty()
  host = '127.0.0.1';

  /** 0: any free one. */
  @IsInt()
  @Min(0)
  @Max(65_535)
  port = 6566;

  /** -1: twice the cores and one more. */
  @IsInt()
  @Min(-1)
  @NotEquals(0)
  @Max(1024)
  workers = 1;

  @IsInt()
  @Min(1)
  @Max(MAX_TIMER_SECONDS)
  keepAliveTimeoutSeconds = 30;

  @IsBoolean()
  accessLog = true;

  @IsIn(LOG_LEVELS)
  logLevel: LogLevel = 'info';

  @IsInt()
  @Min(0)
  @Max(MAX_TIMER_SECONDS)
  gracefulTimeoutSeconds = 30;

  @IsInt()
  @Min(1)
  @Max(MAX_TIMER_MS)
  requestTimeoutMs = 5000;

  /** Connections that one worker serves at a time; what is over waits. */
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  workerConnections = 1000;

  /** Requests after which a worker is replaced; 0 for never. */
  @IsInt()
  @Min(0)
  maxRequests = 0;

  /** So many requests more, at random, so that not all workers are replaced at once. */
  @IsInt()
  @Min(0)
  maxRequestsJitter = 50;

  /** A younger worker is not replaced because of its requests. */
  @IsInt()
  @Min(0)
  @Max(MAX_TIMER_SECONDS)
  minWorkerAgeSeconds = 60;

  /** A worker that says nothing for so long hangs, and is killed and replaced. */
  @IsInt()
  @Min(2)
  @Max(MAX_TIMER_SECONDS)
  hangTimeoutSeconds = 30;

  /** Requests after which a connection is closed, about; 0 for never. */
  @IsInt()
  @Min(0)
  connectionRequests = 10_000;

  /** Age at which a connection is closed with its next answer, about; 0 for never. */
  @IsInt()
  @Min(0)
  @Max(MAX_TIMER_SECONDS)
  connectionAgeSeconds = 300;
}

/** When a worker answers 503 at once rather than everybody too late. */
export class OverloadSettings {
  /** Requests that one worker has under way; 0 for no limit. */
  @IsInt()
  @Min(0)
  maxInFlight = 1000;

  /** How long one turn of the event loop may take before further requests of it are refused; 0 for no limit. */
  @IsInt()
  @Min(0)
  @Max(MAX_TIMER_MS)
  maxLoopLagMs = 1000;

  /** How long a client may take to receive its answer; 0 for no limit. */
  @IsInt()
  @Min(0)
  @Max(MAX_TIMER_SECONDS)
  slowReaderSeconds = 30;
}

/** Files of PEM. Both `key` and `cert`, or neither. */
export class TlsSettings {
  @IsString()
  key = '';

  @IsString()
  cert = '';

  /** Only clients with a certificate of this authority are served; empty: all. */
  @IsString()
  clientCa = '';
}

export class RegistrySettings {
  @IsInt()
  @Min(1)
  @Max(MAX_TIMER_MS)
  pollIntervalMs = 1000;

  /** 0: read at start only. */
  @IsInt()
  @Min(0)
  @Max(MAX_TIMER_SECONDS)
  ttlSeconds = 60;
}

/** The exposition for Prometheus, on a port of its own. */
export class MetricsSettings {
  /** Either this or `feature_server.metrics.enabled` is enough. */
  @IsBoolean()
  enabled = false;

  /** Empty: the host of the server. */
  @IsString()
  host = '';

  /** 0: any free one. */
  @IsInt()
  @Min(0)
  @Max(65_535)
  port = 8000;

  /** Numbers of features and views as label values, as in Feast: a time series for each; else ranges. */
  @IsBoolean()
  exactFeatureCounts = false;
}

export class AuditSettings {
  /** A file, relative to `feature_store.yaml`, or `-`: the standard output. */
  @IsString()
  @IsNotEmpty()
  path = STANDARD_OUTPUT;
}

export class LimitSettings {
  @IsInt()
  @Min(1)
  @Max(4_294_967_295)
  bodyBytes = 67_108_864;

  @IsInt()
  @Min(1)
  rows = 100_000;

  @IsInt()
  @Min(1)
  features = 10_000;

  /** Rows times features of one answer. */
  @IsInt()
  @Min(1)
  cells = 5_000_000;

  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  answerBytes = 536_870_912;
}

export class S3Settings {
  /** What copies of the objects of one S3 source may take on the disk, in the directory for temporary files. */
  @IsInt()
  @Min(1)
  stagingBytes = 53_687_091_200;
}

/** Every setting of `salver.yaml` with its default: the one list from which names and variables are derived. */
export class SalverSettings {
  /** `precise`: statuses say what is null, absent or too old. `feast`: as Feast answers. */
  @IsIn(READ_SEMANTICS)
  readSemantics: ReadSemantics = 'feast';

  /** `newest`: a value is never replaced by one of an older event. `last`: whatever is written last stays. */
  @IsIn(WRITE_POLICIES)
  writePolicy: WritePolicy = 'newest';

  /** A number as an event time counts nanoseconds for Feast: what plainly counts something else is refused, or not. */
  @IsIn(INTEGER_TIMESTAMPS)
  integerTimestamps: IntegerTimestamps = 'refuse';

  /** How long the function of an on-demand view may take that waits for something, or that runs in a thread. */
  @IsInt()
  @Min(1)
  @Max(MAX_TIMER_MS)
  transformTimeoutMs = 1000;

  /** Threads of a worker for functions that are declared heavy. */
  @IsInt()
  @Min(1)
  @Max(64)
  transformThreads = 1;

  @ValidateNested()
  server = new ServerSettings();

  @ValidateNested()
  tls = new TlsSettings();

  @ValidateNested()
  overload = new OverloadSettings();

  @ValidateNested()
  registry = new RegistrySettings();

  @ValidateNested()
  metrics = new MetricsSettings();

  @ValidateNested()
  audit = new AuditSettings();

  @ValidateNested()
  limits = new LimitSettings();

  @ValidateNested()
  materialization = new MaterializationSettings();

  @ValidateNested()
  sqlite = new SqliteSettings();

  @ValidateNested()
  journal = new JournalSettings();

  @ValidateNested()
  s3 = new S3Settings();

  @ValidateNested()
  artifacts = new ArtifactSettings();

  @ValidateNested()
  python = new PythonSettings();

  @ValidateNested()
  search = new SearchSettings();

  @ValidateNested()
  embedding = new EmbeddingSettings();

  @ValidateNested()
  auth = new AuthSettings();
}

/** Salver's own settings as plain frozen data. */
export interface SalverConfig {
  readonly readSemantics: ReadSemantics;
  readonly writePolicy: WritePolicy;
  readonly integerTimestamps: IntegerTimestamps;
  readonly transformTimeoutMs: number;
  readonly transformThreads: number;
  /** `workers` is a number of processes: never -1. */
  readonly server: Readonly<ServerSettings>;
  readonly tls: Readonly<TlsSettings>;
  readonly overload: Readonly<OverloadSettings>;
  readonly registry: Readonly<RegistrySettings>;
  /** `host` is never empty. */
  readonly metrics: Readonly<MetricsSettings>;
  /** `path` is absolute, or `-`. */
  readonly audit: Readonly<AuditSettings>;
  readonly limits: Readonly<LimitSettings>;
  readonly materialization: Readonly<MaterializationSettings>;
  readonly sqlite: Readonly<SqliteSettings>;
  /** `directory` is absolute. */
  readonly journal: Readonly<JournalSettings>;
  readonly s3: Readonly<S3Settings>;
  readonly artifacts: Readonly<ArtifactSettings>;
  /** `interpreter` is a name or an absolute path. */
  readonly python: Readonly<PythonSettings>;
  readonly search: Readonly<SearchSettings>;
  /** `modelPath` and `tokenizerPath` are absolute, or empty. */
  readonly embedding: Readonly<EmbeddingSettings>;
  readonly auth: Readonly<AuthSettings>;
}

/** Values that are out of range. Shape: paths of section and property, `server.requestTimeoutMs`. */
export function settingProblems(settings: SalverSettings): ConfigurationProblem[] {
  return brokenRules(settings).flatMap((error) => [
    ...constraintProblems(error, error.property),
    ...(error.children ?? []).flatMap((setting) =>
      constraintProblems(setting, `${error.property}.${setting.property}`),
    ),
  ]);
}

function constraintProblems(error: ValidationError, path: string): ConfigurationProblem[] {
  const messages = Object.values(error.constraints ?? {}).map((message) =>
    message.replace(`${error.property} `, ''),
  );
  return messages.length === 0 ? [] : [{ path, message: messages.join(', ') }];
}
