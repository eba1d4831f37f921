import { IsBoolean, IsInt, Max, Min } from './setting-rules.js';

/** A timer of Node cannot wait longer. */
const MAX_TIMER_SECONDS = 2_147_483;

/** What `static_artifacts.ts` loads before a process serves. */
export class ArtifactSettings {
  /** A process that cannot load them does not serve; else it warns and serves without. */
  @IsBoolean()
  strict = false;

  /** For reading the file, and again for its function. */
  @IsInt()
  @Min(1)
  @Max(MAX_TIMER_SECONDS)
  loadTimeoutSeconds = 30;
}
