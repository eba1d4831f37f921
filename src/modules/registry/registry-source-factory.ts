import type { RegistryConfig } from '../../common/config/feature-store.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import { FileRegistrySource } from './file/file-registry-source.js';
import type { RegistrySource } from './registry-source.js';

/** One case per kind of registry. Errors: NotSupportedError for a kind that this version does not read. */
export function createRegistrySource(options: RegistryConfig): RegistrySource {
  switch (options.type) {
    case 'file':
      return new FileRegistrySource(options.path);
    case 'sql':
    case 'remote':
    case 'snowflake.registry':
      throw new NotSupportedError(`registry type ${options.type} is not supported`);
  }
}
