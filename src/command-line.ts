import { parseArgs } from 'node:util';
import {
  type Command,
  type CommandCall,
  type CommandOption,
  type CommandOptions,
  GLOBAL_OPTIONS,
  type GlobalFlags,
  UsageError,
} from './command.js';
import { logLevelOf } from './command-log-level.js';
import { closestName } from './common/config/closest-name.js';

/** The words of a command line, with the options that stand before the verb apart from the rest. */
export interface SplitLine {
  readonly globals: readonly string[];
  readonly rest: readonly string[];
}

/** Options before the verb; each of those with a value takes the word after it. */
export function splitAtVerb(words: readonly string[]): SplitLine {
  let at = 0;
  while (at < words.length && (words[at] as string).startsWith('-')) {
    at += takesNextWord(words[at] as string) ? 2 : 1;
  }
  return { globals: words.slice(0, at), rest: words.slice(at) };
}

function takesNextWord(word: string): boolean {
  return Object.entries<CommandOption>(GLOBAL_OPTIONS).some(
    ([name, { type, short }]) => type === 'string' && (word === `--${name}` || word === `-${short}`),
  );
}

export interface GlobalValues extends GlobalFlags {
  readonly help: boolean;
  readonly version: boolean;
}

export const NO_GLOBALS: GlobalValues = {
  chdir: undefined,
  featureStoreYaml: undefined,
  logLevel: undefined,
  help: false,
  version: false,
};

/** The options before a verb; those of `before` count where these say nothing. Errors: UsageError. */
export function parseGlobals(words: readonly string[], before = NO_GLOBALS): GlobalValues {
  return mergeGlobals(before, globalValues(parse(words, GLOBAL_OPTIONS).values));
}

/** A command's own words; global options may stand among them. Errors: UsageError. */
export function parseCall(
  command: Command,
  words: readonly string[],
  before: GlobalValues,
): { readonly call: CommandCall; readonly help: boolean } {
  const { values, positionals } = parse(words, { ...globalsBeside(command.options), ...command.options });
  const own = new Map([...values].filter(([name]) => name in command.options));
  const after = new Map([...values].filter(([name]) => !(name in command.options)));
  const { help, chdir, featureStoreYaml, logLevel } = mergeGlobals(before, globalValues(after));
  if (!help) checkArguments(command, positionals);
  const call = {
    options: optionValues(command.options, own),
    arguments: positionals,
    globals: { chdir, featureStoreYaml, logLevel },
  };
  return { call, help };
}

/** Option → its values in their order; of an option without a value, `true`. */
type Values = ReadonlyMap<string, readonly (string | true)[]>;

function globalValues(values: Values): GlobalValues {
  const text = (name: string) => values.get(name)?.at(-1) as string | undefined;
  const logLevel = text('log-level');
  return {
    chdir: text('chdir'),
    featureStoreYaml: text('feature-store-yaml'),
    logLevel: logLevel === undefined ? undefined : logLevelOf(logLevel),
    help: values.has('help'),
    version: values.has('version'),
  };
}

function mergeGlobals(before: GlobalValues, after: GlobalValues): GlobalValues {
  return {
    chdir: after.chdir ?? before.chdir,
    featureStoreYaml: after.featureStoreYaml ?? before.featureStoreYaml,
    logLevel: after.logLevel ?? before.logLevel,
    help: before.help || after.help,
    version: before.version || after.version,
  };
}

function optionValues(options: CommandOptions, values: Values): CommandCall['options'] {
  const entries = Object.entries(options).map(([name, { type, multiple }]) => {
    const given = values.get(name) ?? [];
    if (multiple === true) return [name, given];
    return [name, type === 'boolean' ? given.length > 0 : given.at(-1)];
  });
  return Object.fromEntries(entries) as CommandCall['options'];
}

/** The global options that a command takes, without the letters that it uses itself. */
export function globalsBeside(own: CommandOptions): CommandOptions {
  const letters = new Set(Object.values(own).map(({ short }) => short));
  const taken = Object.entries<CommandOption>(GLOBAL_OPTIONS).filter(([name]) => name !== 'version');
  return Object.fromEntries(
    taken.map(([name, { short, ...option }]) => [
      name,
      short === undefined || letters.has(short) ? option : { ...option, short },
    ]),
  );
}

function checkArguments({ arguments: wanted }: Command, given: readonly string[]): void {
  const missing = wanted.find(({ optional }, index) => optional !== true && index >= given.length);
  if (missing) throw new UsageError(`${missing.name} is missing: ${missing.help}`);
  const extra = given.slice(wanted.length).map((word) => `'${word}'`);
  if (extra.length === 0) return;
  throw new UsageError(`${extra.join(', ')}: ${extra.length === 1 ? 'one argument' : 'arguments'} too many`);
}

function parse(
  words: readonly string[],
  options: CommandOptions,
): { readonly values: Values; readonly positionals: readonly string[] } {
  // Not strict: the parser's own messages speak of its API.
  const { tokens } = parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, (string | true)[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const value = readOption(token, options);
    values.set(token.name, [...(values.get(token.name) ?? []), value]);
  }
  return { values, positionals };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function readOption(
  { name, rawName, value, inlineValue }: OptionToken,
  options: CommandOptions,
): string | true {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) throw unknownOption(rawName, options);
  if (option.type === 'boolean') {
    if (value === undefined) return true;
    throw new UsageError(`${rawName} takes no value (given: '${value}')`);
  }
  if (value === undefined) throw new UsageError(`${rawName} needs a value: ${option.help}`);
  if (inlineValue !== true && /^-[^\d]/.test(value)) {
    throw new UsageError(
      `${rawName} needs a value, and '${value}' is an option (if not: --${name}=${value})`,
    );
  }
  if (option.choices && !option.choices.includes(value)) {
    throw new UsageError(`${rawName}: '${value}' is none of ${option.choices.join(', ')}`);
  }
  return value;
}

function unknownOption(rawName: string, options: CommandOptions): UsageError {
  const meant = rawName.startsWith('--') ? closestName(rawName.slice(2), Object.keys(options)) : undefined;
  return new UsageError(
    `no such option '${rawName}'${meant === undefined ? '' : `; did you mean '--${meant}'?`}`,
  );
}
