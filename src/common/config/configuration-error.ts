/** One thing that is wrong, or worth knowing, and where: `online_store.path`, `SALVER_SERVER_PORT`. */
export interface ConfigurationProblem {
  /** Key path or variable; empty when the file as a whole is meant. */
  readonly path: string;
  readonly message: string;
}

/** A configuration that cannot be used. Names every problem at once, so that one restart fixes all. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly ConfigurationProblem[]) {
    super(
      `The configuration cannot be used:\n${problems.map((problem) => `  ${describeProblem(problem)}`).join('\n')}`,
    );
    this.name = 'ConfigurationError';
  }

  static of(path: string, message: string): ConfigurationError {
    return new ConfigurationError([{ path, message }]);
  }
}

/** One line: `path: message`. */
export function describeProblem({ path, message }: ConfigurationProblem): string {
  return path === '' ? message : `${path}: ${message}`;
}
