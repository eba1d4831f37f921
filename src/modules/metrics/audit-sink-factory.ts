import { ConfigurationError } from '../../common/config/configuration-error.js';
import { reasonOf } from '../../common/config/feature-store-location.js';
import { STANDARD_OUTPUT } from '../../common/config/server.config.js';
import { AuditFile, AuditStandardOutput, type AuditSink } from './audit-sink.js';

/** Errors: ConfigurationError for a file that cannot be opened to append. */
export function createAuditSink(path: string): AuditSink {
  if (path === STANDARD_OUTPUT) return new AuditStandardOutput();
  try {
    return new AuditFile(path);
  } catch (error) {
    throw ConfigurationError.of('audit.path', `${path} cannot be opened to append: ${reasonOf(error)}`);
  }
}
