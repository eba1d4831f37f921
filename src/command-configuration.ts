import type { GlobalFlags } from './command.js';
import type { ConfigurationSources } from './common/config/configuration-sources.js';
import { environment } from './common/config/environment.config.js';
import {
  type ConfigurationPurpose,
  loadConfiguration,
  type LoadedConfiguration,
} from './common/config/load-configuration.js';

/**
 * The configuration of the repository that the global options of a command name.
 *
 * Errors: ConfigurationError that names every problem of both files.
 */
export function commandConfiguration(
  globals: GlobalFlags,
  purpose: ConfigurationPurpose = 'manage',
  settings: Readonly<Record<string, string | number | boolean | undefined>> = {},
): LoadedConfiguration {
  return loadConfiguration(configurationSources(globals, settings), purpose);
}

/** Where a command finds its configuration. Shape: `settings` are those of `salver.yaml` that it was given as options. */
export function configurationSources(
  globals: GlobalFlags,
  settings: Readonly<Record<string, string | number | boolean | undefined>> = {},
): ConfigurationSources {
  return {
    env: environment(),
    cwd: process.cwd(),
    flags: {
      chdir: globals.chdir,
      featureStoreYaml: globals.featureStoreYaml,
      settings: { 'server.log_level': globals.logLevel, ...settings },
    },
  };
}
