import type { GlobalFlags } from './command.js';
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
  return loadConfiguration(
    {
      env: environment(),
      cwd: process.cwd(),
      flags: {
        chdir: globals.chdir,
        featureStoreYaml: globals.featureStoreYaml,
        settings: { 'server.log_level': globals.logLevel, ...settings },
      },
    },
    purpose,
  );
}
