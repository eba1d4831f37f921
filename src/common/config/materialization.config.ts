import { IsInt, Max, Min } from './setting-rules.js';
import type { Environment } from './environment-substitution.js';

/** The variable of Feast that says how many jobs run at a time. */
export const FEAST_MAX_JOBS_VARIABLE = 'FEAST_MATERIALIZE_MAX_WORKERS';
/** A timer of Node cannot wait longer. */
const MAX_TIMER_SECONDS = 2_147_483;

/** The jobs that are asked for over HTTP. */
export class MaterializationSettings {
  /** Jobs that run at a time, each in a process of its own. */
  @IsInt()
  @Min(1)
  @Max(64)
  maxJobs = 2;

  /** Jobs that wait for others; what comes then is refused. */
  @IsInt()
  @Min(0)
  @Max(10_000)
  maxQueued = 100;

  /** How long a caller waits for its job, which goes on after that. */
  @IsInt()
  @Min(1)
  @Max(MAX_TIMER_SECONDS)
  timeoutSeconds = 3600;

  /** Jobs that have ended and can still be asked for. */
  @IsInt()
  @Min(1)
  @Max(100_000)
  history = 200;
}

/** As Feast reads it: less than one is one. Undefined: not given, or no number, which Feast only warns of. */
export function feastMaxJobs(env: Environment): number | undefined {
  const text = env[FEAST_MAX_JOBS_VARIABLE]?.trim();
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return undefined;
  return Math.max(1, Number(text));
}
