import { type GlobalFlags, UsageError } from './command.js';
import { ConfigurationError } from './common/config/configuration-error.js';
import { FeatureServerError } from './common/errors/errors.js';

/** How a command that threw ends. */
export interface CommandFailure {
  /** For standard error. */
  readonly text: string;
  readonly exitCode: 1 | 2;
}

const VERBOSE_LEVELS = ['debug', 'trace'];

/**
 * What a person is told: the message of what was foreseen, one line of what was not.
 *
 * Shape: `usageLine` is that of the command, or of what was understood of the line.
 */
export function describeFailure(error: unknown, usageLine: string, globals: GlobalFlags): CommandFailure {
  if (error instanceof UsageError) {
    const helpOf = usageLine.replace(/^Usage: /, '').replace(/ (\[|COMMAND).*$/, '');
    return { text: `salver: ${error.message}\n${usageLine}\nTry '${helpOf} --help'.`, exitCode: 2 };
  }
  if (error instanceof ConfigurationError) return { text: error.message, exitCode: 1 };
  if (error instanceof FeatureServerError) return { text: messageWithIssues(error), exitCode: 1 };
  return { text: internalError(error, globals), exitCode: 1 };
}

/** What is wrong with single parts of a request stands in its issues alone. */
function messageWithIssues({ message, issues = [] }: FeatureServerError): string {
  const details = issues.map(({ msg }) => msg).filter((msg) => msg !== message);
  return [message, ...details.map((msg) => `  ${msg}`)].join('\n');
}

function internalError(error: unknown, { logLevel }: GlobalFlags): string {
  const message = error instanceof Error ? error.message : String(error);
  const [firstLine = ''] = message.split('\n');
  if (error instanceof Error && VERBOSE_LEVELS.includes(logLevel ?? '')) {
    return `internal error: ${error.stack ?? message}`;
  }
  return `internal error: ${firstLine} (--log-level debug shows where it comes from)`;
}
