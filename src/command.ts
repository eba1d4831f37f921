/** A mistake in the use of the command line: names it; the process ends with 2. */
export class UsageError extends Error {}

export const GLOBAL_OPTIONS = {
  chdir: { type: 'string', short: 'c' },
  'feature-store-yaml': { type: 'string', short: 'f' },
  'log-level': { type: 'string' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

/** The options that stand before the verb. */
export interface GlobalFlags {
  readonly chdir: string | undefined;
  readonly featureStoreYaml: string | undefined;
  readonly logLevel: string | undefined;
}

export interface Command {
  /** Shown by `--help`. */
  readonly usage: string;
  /** Returns the exit code. Errors: UsageError. */
  run(args: readonly string[], globals: GlobalFlags): Promise<number>;
}
