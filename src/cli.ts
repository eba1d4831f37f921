import { closestName } from './common/config/closest-name.js';
import { ConfigurationError } from './common/config/configuration-error.js';
import { FeatureServerError } from './common/errors/errors.js';
import { type Command, type CommandEntry, type CommandTable, UsageError } from './command.js';
import { parseCall, parseGlobals, splitAtVerb, type GlobalValues } from './command-line.js';
import { COMMANDS } from './command-table.js';
import { commandUsage, groupUsage, programUsage } from './command-usage.js';

/** Runs one command line, without the program's name. Returns the exit code: 2 for a mistake in its use. */
export async function runCommand(words: readonly string[]): Promise<number> {
  try {
    return await dispatch(words);
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`salver: ${error.message}\nTry 'salver --help'.`);
      return 2;
    }
    if (error instanceof ConfigurationError || error instanceof FeatureServerError) {
      console.error(error.message);
      return 1;
    }
    throw error;
  }
}

async function dispatch(words: readonly string[]): Promise<number> {
  const { globals, rest } = splitAtVerb(words);
  const before = parseGlobals(globals);
  if (before.version) return runVerb(COMMANDS, ['version'], before);
  if (rest.length === 0) {
    console.log(programUsage(COMMANDS));
    return before.help ? 0 : 2;
  }
  return runVerb(COMMANDS, rest, before);
}

async function runVerb(table: CommandTable, words: readonly string[], before: GlobalValues): Promise<number> {
  const [verb = '', ...rest] = words;
  const entry = lookUp(table, verb);
  if (!('commands' in entry)) return runEntry(verb, entry, rest, before);
  const [member = '', ...memberWords] = rest;
  if (member === '' || member === '--help' || before.help) {
    console.log(groupUsage(verb, entry.commands));
    return member === '' && !before.help ? 2 : 0;
  }
  const memberEntry = lookUp(entry.commands, member, verb);
  return runEntry(`${verb} ${member}`, memberEntry as CommandEntry, memberWords, before);
}

function lookUp(table: CommandTable, verb: string, group?: string): CommandTable[string] {
  const entry = Object.hasOwn(table, verb) ? table[verb] : undefined;
  if (entry) return entry;
  const meant = closestName(verb, Object.keys(table));
  const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
  throw new UsageError(`no such command '${group === undefined ? verb : `${group} ${verb}`}'${hint}`);
}

async function runEntry(
  path: string,
  entry: CommandEntry,
  words: readonly string[],
  before: GlobalValues,
): Promise<number> {
  const command: Command = await entry.load();
  const { call, help } = parseCall(command, words, before);
  if (!help) return command.run(call);
  console.log(commandUsage(path, command));
  return 0;
}
