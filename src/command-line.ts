import { parseArgs } from 'node:util';
import {
  type Command,
  type CommandCall,
  type CommandOptions,
  GLOBAL_OPTIONS,
  type GlobalFlags,
  UsageError,
} from './command.js';

/** The words of a command line, with the options that stand before the verb apart from the rest. */
export interface SplitLine {
  readonly globals: readonly string[];
  readonly rest: readonly string[];
}

/** Options before the verb; each of those with a value takes the word after it. */
export function splitAtVerb(words: readonly string[]): SplitLine {
  let at = 0;
  while (at < words.length && (words[at] as string).startsWith('-')) {
    at += takesValue(words[at] as string) ? 2 : 1;
  }
  return { globals: words.slice(0, at), rest: words.slice(at) };
}

function takesValue(word: string): boolean {
  return Object.entries(GLOBAL_OPTIONS).some(([name, option]) => {
    if (option.type === 'boolean') return false;
    return word === `--${name}` || ('short' in option && word === `-${option.short}`);
  });
}

export interface GlobalValues extends GlobalFlags {
  readonly help: boolean;
  readonly version: boolean;
}

/** Errors: UsageError. */
export function parseGlobals(words: readonly string[]): GlobalValues {
  return globalValues(parse(words, GLOBAL_OPTIONS, false).values);
}

/** A command's own words; global options may stand among them. Errors: UsageError. */
export function parseCall(
  command: Command,
  words: readonly string[],
  before: GlobalValues,
): { readonly call: CommandCall; readonly help: boolean } {
  const { values, positionals } = parse(
    words,
    { ...globalsBeside(command.options), ...command.options },
    true,
  );
  const after = globalValues(
    Object.fromEntries(Object.entries(values).filter(([name]) => !(name in command.options))),
  );
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, multiple }]) => [
      name,
      values[name] ?? (type === 'boolean' ? false : multiple === true ? [] : undefined),
    ]),
  ) as CommandCall['options'];
  if (!after.help) checkArguments(command, positionals);
  const globals = {
    chdir: after.chdir ?? before.chdir,
    featureStoreYaml: after.featureStoreYaml ?? before.featureStoreYaml,
    logLevel: after.logLevel ?? before.logLevel,
  };
  return { call: { options, arguments: positionals, globals }, help: after.help || before.help };
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function globalValues(values: Values): GlobalValues {
  return {
    chdir: values['chdir'] as string | undefined,
    featureStoreYaml: values['feature-store-yaml'] as string | undefined,
    logLevel: values['log-level'] as string | undefined,
    help: values['help'] === true,
    version: values['version'] === true,
  };
}

/** The global options, without the letters that a command uses itself. */
function globalsBeside(own: CommandOptions): CommandOptions {
  const letters = new Set(Object.values(own).map(({ short }) => short));
  return Object.fromEntries(
    Object.entries<CommandOptions[string]>(GLOBAL_OPTIONS).map(([name, { short, ...option }]) => [
      name,
      short === undefined || letters.has(short) ? option : { ...option, short },
    ]),
  );
}

function checkArguments({ arguments: wanted }: Command, given: readonly string[]): void {
  const missing = wanted.find(({ optional }, index) => optional !== true && index >= given.length);
  if (missing) throw new UsageError(`${missing.name} is missing: ${missing.help}`);
  const extra = given[wanted.length];
  if (extra !== undefined) throw new UsageError(`'${extra}' is one argument too many`);
}

function parse(
  words: readonly string[],
  options: CommandOptions,
  allowPositionals: boolean,
): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: joinNegatives(words), options, strict: true, allowPositionals });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** parseArgs takes `-1` for an option: a value that is a negative number is joined to its option. */
function joinNegatives(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const previous = joined.at(-1);
    if (/^-[0-9]+$/.test(word) && previous?.startsWith('-') && !previous.includes('=')) {
      joined[joined.length - 1] = previous.startsWith('--') ? `${previous}=${word}` : `${previous}${word}`;
    } else joined.push(word);
  }
  return joined;
}
