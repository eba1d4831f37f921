import type { Environment } from './environment-substitution.js';

/** Where settings come from besides the files. */
export interface ConfigurationSources {
  readonly env: Environment;
  /** The directory in which the command was called. */
  readonly cwd: string;
  readonly flags: ConfigurationFlags;
}

/** What the command line says. */
export interface ConfigurationFlags {
  /** `-c/--chdir`: the repo directory. */
  readonly chdir?: string | undefined;
  /** `-f/--feature-store-yaml`: the file. */
  readonly featureStoreYaml?: string | undefined;
  /** Settings of `salver.yaml` by their key path, `{ 'server.port': 8080 }`; text is read as in a variable. */
  readonly settings?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
}
