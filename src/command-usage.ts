import { type Command, type CommandOption, type CommandTable, GLOBAL_OPTIONS } from './command.js';

const LEFT_WIDTH = 34;

/** What `salver --help` shows. */
export function programUsage(table: CommandTable): string {
  return [
    'Usage: salver [global options] COMMAND [options]',
    '',
    'Global options (before the command or after it):',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'Commands:',
    ...Object.entries(table).map(([name, { summary }]) => line(name, summary)),
  ].join('\n');
}

/** What `salver GROUP --help` shows. */
export function groupUsage(group: string, table: CommandTable): string {
  return [
    `Usage: salver ${group} COMMAND [options]`,
    '',
    'Commands:',
    ...Object.entries(table).map(([name, { summary }]) => line(name, summary)),
  ].join('\n');
}

/** What `salver COMMAND --help` shows. */
export function commandUsage(
  path: string,
  { description, arguments: positionals, options }: Command,
): string {
  const words = positionals.map(({ name, optional }) => (optional ? `[${name}]` : name));
  const parts = [`Usage: ${['salver', path, '[options]', ...words].join(' ')}`, '', description];
  if (positionals.length > 0) {
    parts.push('', 'Arguments:', ...positionals.map(({ name, help }) => line(name, help)));
  }
  parts.push('', 'Options:', ...optionLines(options), line('    --help', 'Show this text'));
  return parts.join('\n');
}

function optionLines(options: Readonly<Record<string, CommandOption>>): string[] {
  return Object.entries(options).map(([name, { short, value, help }]) => {
    const letter = short === undefined ? '    ' : `-${short}, `;
    return line(`${letter}--${name}${value === undefined ? '' : ` ${value}`}`, help);
  });
}

function line(left: string, right: string): string {
  return `  ${left.padEnd(LEFT_WIDTH - 2)}${left.length >= LEFT_WIDTH - 2 ? '  ' : ''}${right}`;
}
