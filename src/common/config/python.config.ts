import { IsInt, IsString, Max, Min } from './setting-rules.js';

/** A timer of Node cannot wait longer. */
const MAX_TIMER_MS = 2_147_483_647;
const MAX_TIMER_SECONDS = 2_147_483;

/** Processes of a Python with Feast, which compute on-demand views that are written in Python. */
export class PythonSettings {
  /** A name that is looked up in PATH, or a path relative to `feature_store.yaml`; empty: no Python is run. */
  @IsString()
  interpreter = '';

  /** Of each worker. */
  @IsInt()
  @Min(1)
  @Max(64)
  processes = 1;

  /** How long one computation may take: then its process is killed and replaced. */
  @IsInt()
  @Min(1)
  @Max(MAX_TIMER_MS)
  timeoutMs = 3000;

  /** For Python to begin, and for static artifacts and functions to be loaded. */
  @IsInt()
  @Min(1)
  @Max(MAX_TIMER_SECONDS)
  startTimeoutSeconds = 60;
}
