import { closestName } from './common/config/closest-name.js';
import { type CommandEntry, type CommandGroup, type CommandTable, UsageError } from './command.js';
import { describeFailure } from './command-failure.js';
import { NO_GLOBALS, parseCall, parseGlobals, splitAtVerb, type GlobalValues } from './command-line.js';
import { COMMANDS } from './command-table.js';
import {
  commandUsage,
  commandUsageLine,
  groupUsage,
  groupUsageLine,
  PROGRAM_USAGE_LINE,
  programUsage,
} from './command-usage.js';

/** Runs one command line, without the program's name. Returns the exit code: 2 for a mistake in its use. */
export async function runCommand(words: readonly string[], table: CommandTable = COMMANDS): Promise<number> {
  return guarded(PROGRAM_USAGE_LINE, NO_GLOBALS, async () => {
    const { globals, rest } = splitAtVerb(words);
    const before = parseGlobals(globals);
    if (before.version) return runVerb(table, ['version'], before);
    if (rest.length > 0) return runVerb(table, rest, before);
    console.log(programUsage(table));
    return before.help ? 0 : 2;
  });
}

async function runVerb(table: CommandTable, words: readonly string[], before: GlobalValues): Promise<number> {
  const [verb = '', ...rest] = words;
  const entry = Object.hasOwn(table, verb) ? table[verb] : undefined;
  if (entry === undefined) throw unknownVerb(table, verb, rest[0]);
  return 'commands' in entry ? runMember(verb, entry, rest, before) : runEntry(verb, entry, rest, before);
}

async function runMember(
  group: string,
  { commands }: CommandGroup,
  words: readonly string[],
  before: GlobalValues,
): Promise<number> {
  return guarded(groupUsageLine(group), before, async () => {
    const { globals, rest } = splitAtVerb(words);
    const values = parseGlobals(globals, before);
    const [member, ...memberWords] = rest;
    if (member === undefined) {
      console.log(groupUsage(group, commands));
      return values.help ? 0 : 2;
    }
    const entry = Object.hasOwn(commands, member) ? commands[member] : undefined;
    if (entry) return runEntry(`${group} ${member}`, entry, memberWords, values);
    throw unknownCommand(`${group} ${member}`, closestName(member, Object.keys(commands)));
  });
}

async function runEntry(
  path: string,
  entry: CommandEntry,
  words: readonly string[],
  before: GlobalValues,
): Promise<number> {
  const command = await entry.load();
  return guarded(commandUsageLine(path, command), before, async () => {
    const { call, help } = parseCall(command, words, before);
    if (help) {
      console.log(commandUsage(path, command));
      return 0;
    }
    return guarded(commandUsageLine(path, command), call.globals, () => command.run(call));
  });
}

/** `salver list entities` means `salver entities list`. */
function unknownVerb(table: CommandTable, verb: string, next: string | undefined): UsageError {
  const group = next !== undefined && Object.hasOwn(table, next) ? table[next] : undefined;
  if (group && 'commands' in group && Object.hasOwn(group.commands, verb)) {
    return unknownCommand(verb, `${next} ${verb}`);
  }
  return unknownCommand(verb, closestName(verb, Object.keys(table)));
}

function unknownCommand(path: string, meant: string | undefined): UsageError {
  return new UsageError(
    `no such command '${path}'${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
  );
}

/** The exit code of `work`; what it throws is told, with the usage line of the innermost command. */
async function guarded(
  usageLine: string,
  globals: Parameters<typeof describeFailure>[2],
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const { text, exitCode } = describeFailure(error, usageLine, globals);
    console.error(text);
    return exitCode;
  }
}
