import { type Command, type CommandOption, type CommandTable, GLOBAL_OPTIONS } from './command.js';
import { globalsBeside } from './command-line.js';

const LEFT_WIDTH = 34;

export const PROGRAM_USAGE_LINE = 'Usage: salver [global options] COMMAND [options]';

export function groupUsageLine(group: string): string {
  return `Usage: salver ${group} COMMAND [options]`;
}

export function commandUsageLine(path: string, { arguments: positionals }: Command): string {
  const words = positionals.map(({ name, optional }) => (optional ? `[${name}]` : name));
  return ['Usage: salver', path, '[options]', ...words].join(' ');
}

/** What `salver --help` shows. */
export function programUsage(table: CommandTable): string {
  return [
    PROGRAM_USAGE_LINE,
    '',
    'Global options (before the command or after it):',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'Commands:',
    ...summaryLines(table),
    '',
    "'salver COMMAND --help' tells more of one.",
  ].join('\n');
}

/** What `salver GROUP --help` shows. */
export function groupUsage(group: string, table: CommandTable): string {
  return [groupUsageLine(group), '', 'Commands:', ...summaryLines(table)].join('\n');
}

/** What `salver COMMAND --help` shows. */
export function commandUsage(path: string, command: Command): string {
  const { description, arguments: positionals, options } = command;
  const parts = [commandUsageLine(path, command), '', description];
  if (positionals.length > 0) {
    parts.push('', 'Arguments:', ...positionals.map(({ name, help }) => line(name, help)));
  }
  if (Object.keys(options).length > 0) parts.push('', 'Options:', ...optionLines(options));
  parts.push('', 'Global options:', ...optionLines(globalsBeside(options)));
  return parts.join('\n');
}

function summaryLines(table: CommandTable): string[] {
  return Object.entries(table).map(([name, { summary }]) => line(name, summary));
}

function optionLines(options: Readonly<Record<string, CommandOption>>): string[] {
  return Object.entries(options).map(([name, { short, value, help, choices }]) => {
    const letter = short === undefined ? '    ' : `-${short}, `;
    const shown = value ?? choices?.join('|');
    return line(`${letter}--${name}${shown === undefined ? '' : ` ${shown}`}`, help);
  });
}

function line(left: string, right: string): string {
  return `  ${left.padEnd(LEFT_WIDTH - 2)}${left.length >= LEFT_WIDTH - 2 ? '  ' : ''}${right}`;
}
