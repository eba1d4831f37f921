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
  type ValidationError,
  validateSync,
} from 'class-validator';
import { AuthSettings } from './auth.config.js';
import type { ConfigurationProblem } from './configuration-error.js';

/** A timer of Node cannot wait longer. */
const MAX_TIMER_MS = 2_147_483_647;
const MAX_TIMER_SECONDS = 2_147_483;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const READ_SEMANTICS = ['feast', 'precise'] as const;

export type ReadSemantics = (typeof READ_SEMANTICS)[number];
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

/** Every setting of `salver.yaml` with its default: the one list from which names and variables are derived. */
export class SalverSettings {
  /** `precise`: statuses say what is null, absent or too old. `feast`: as Feast answers. */
  @IsIn(READ_SEMANTICS)
  readSemantics: ReadSemantics = 'feast';

  @ValidateNested()
  server = new ServerSettings();

  @ValidateNested()
  registry = new RegistrySettings();

  @ValidateNested()
  limits = new LimitSettings();

  @ValidateNested()
  auth = new AuthSettings();
}

/** Salver's own settings as plain frozen data. */
export interface SalverConfig {
  readonly readSemantics: ReadSemantics;
  /** `workers` is a number of processes: never -1. */
  readonly server: Readonly<ServerSettings>;
  readonly registry: Readonly<RegistrySettings>;
  readonly limits: Readonly<LimitSettings>;
  readonly auth: Readonly<AuthSettings>;
}

/** Values that are out of range. Shape: paths of section and property, `server.requestTimeoutMs`. */
export function settingProblems(settings: SalverSettings): ConfigurationProblem[] {
  return validateSync(settings, { forbidUnknownValues: true }).flatMap((error) => [
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
