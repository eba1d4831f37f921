import { stringify } from 'yaml';
import { printJson } from './command-output.js';

/** Prints one thing: YAML as Feast does, unless JSON is asked for. */
export function printDocument(value: unknown, output: string | undefined): void {
  if (output === 'json') printJson(value);
  else process.stdout.write(formatYaml(value));
}

/** Shape: YAML 1.1, which Python reads too: what it would take for another type is in quotes. */
export function formatYaml(value: unknown): string {
  return stringify(value, {
    version: '1.1',
    indentSeq: false,
    lineWidth: 0,
    singleQuote: true,
    aliasDuplicateObjects: false,
  });
}
