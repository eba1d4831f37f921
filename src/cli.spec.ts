import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from './cli.js';
import { type CommandTable, defineCommand, UsageError } from './command.js';
import { COMMANDS } from './command-table.js';
import { ConfigurationError } from './common/config/configuration-error.js';
import { InvalidValueError, NotFoundError } from './common/errors/errors.js';

let stdout = '';
let stderr = '';

beforeEach(() => {
  stdout = stderr = '';
  vi.spyOn(console, 'log').mockImplementation((text: string) => void (stdout += `${text}\n`));
  vi.spyOn(console, 'error').mockImplementation((text: string) => void (stderr += `${text}\n`));
});
afterEach(() => vi.restoreAllMocks());

function throwing(error: unknown): CommandTable[string] {
  const command = defineCommand({
    description: 'Fails.',
    arguments: [{ name: 'NAME', help: 'of what', optional: true }],
    run: () => Promise.reject(error as Error),
  });
  return { summary: 'Fails', load: () => Promise.resolve(command) };
}

const echo = defineCommand({
  description: 'Prints what it was given.',
  arguments: [{ name: 'NAME', help: 'of what' }],
  options: { loud: { type: 'boolean', help: 'In capitals' } },
  run({ arguments: [name = ''], options, globals }) {
    stdout += `${options.loud ? name.toUpperCase() : name}\nchdir ${globals.chdir}\n`;
    return Promise.resolve(name === 'no' ? 1 : 0);
  },
});

const TABLE: CommandTable = {
  echo: { summary: 'Prints', load: () => Promise.resolve(echo) },
  things: {
    summary: 'List and describe things',
    commands: { describe: { summary: 'Describe one', load: () => Promise.resolve(echo) } },
  },
  usage: throwing(new UsageError('that is wrong')),
  configuration: throwing(ConfigurationError.of('online_store.type', 'is unknown')),
  missing: throwing(new NotFoundError('There is no view x')),
  issues: throwing(InvalidValueError.at(['body'], 'x is null')),
  bug: throwing(new TypeError('x is undefined\nsecond line')),
  text: throwing('a text'),
};

describe('runCommand', () => {
  it('runs a command and hands its exit code on', async () => {
    expect(await runCommand(['echo', 'yes'], TABLE)).toBe(0);
    expect(await runCommand(['echo', 'no'], TABLE)).toBe(1);
    expect(stdout).toContain('yes\n');
  });

  it.each([
    [['-c', 'dir', 'things', 'describe', 'x']],
    [['things', '-c', 'dir', 'describe', 'x']],
    [['things', 'describe', '-c', 'dir', 'x']],
    [['things', 'describe', 'x', '--chdir=dir']],
  ])('takes global options at any place: %j', async (words) => {
    expect(await runCommand(words, TABLE)).toBe(0);
    expect(stdout).toContain('chdir dir');
  });

  it.each([
    [['--help'], 'Usage: salver [global options] COMMAND'],
    [['echo', '--help'], 'Usage: salver echo [options] NAME'],
    [['--help', 'echo'], 'Usage: salver echo [options] NAME'],
    [['things', '--help'], 'Usage: salver things COMMAND'],
    [['--help', 'things'], 'Usage: salver things COMMAND'],
    [['things', 'describe', '--help'], 'Usage: salver things describe [options] NAME'],
  ])('shows help: %j', async (words, usage) => {
    expect(await runCommand(words, TABLE)).toBe(0);
    expect(stdout).toContain(usage);
  });

  it.each([[[]], [['things']]])(
    'shows what there is, and ends with 2, when the command is left out: %j',
    async (words) => {
      expect(await runCommand(words, TABLE)).toBe(2);
      expect(stdout).toContain('Commands:');
    },
  );

  it.each([
    [['ehco', 'x'], "no such command 'ehco'; did you mean 'echo'?", 'Usage: salver [global options] COMMAND'],
    [
      ['things', 'descibe'],
      "no such command 'things descibe'; did you mean 'describe'?",
      'Usage: salver things COMMAND',
    ],
    [['describe', 'things'], "no such command 'describe'; did you mean 'things describe'?", 'Usage: salver'],
    [['constructor'], "no such command 'constructor'", 'Usage: salver'],
    [['echo'], 'NAME is missing', 'Usage: salver echo [options] NAME'],
    [
      ['things', 'describe', 'x', '--lod'],
      "did you mean '--loud'?",
      'Usage: salver things describe [options] NAME',
    ],
    [['--nope', 'echo'], "no such option '--nope'", 'Usage: salver [global options] COMMAND'],
    [['usage'], 'that is wrong', 'Usage: salver usage [options] [NAME]'],
  ])('ends with 2 for %j', async (words, message, usage) => {
    expect(await runCommand(words, TABLE)).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(usage);
    expect(stderr).toMatch(/Try 'salver.* --help'\.\n$/);
    expect(stderr).not.toContain('[options] --help');
  });

  it.each([
    [['configuration'], 'online_store.type: is unknown'],
    [['missing'], 'There is no view x'],
    [['issues'], 'x is null'],
  ])('ends with 1 and the message alone for %j', async (words, message) => {
    expect(await runCommand(words, TABLE)).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at |Usage:/);
  });

  it('tells a fault of its own in one line', async () => {
    expect(await runCommand(['bug'], TABLE)).toBe(1);
    expect(stderr).toBe('internal error: x is undefined (--log-level debug shows where it comes from)\n');
    expect(await runCommand(['text'], TABLE)).toBe(1);
  });

  it.each([[['--log-level', 'debug', 'bug']], [['bug', '--log-level=TRACE']]])(
    'shows its place for %j',
    async (words) => {
      expect(await runCommand(words, TABLE)).toBe(1);
      expect(stderr).toMatch(/^internal error: TypeError: x is undefined\n[^]*\n\s+at /);
    },
  );
});

describe('the commands that there are', () => {
  const entries = Object.entries(COMMANDS).flatMap(([name, entry]) =>
    'commands' in entry
      ? Object.entries(entry.commands).map(([member, { load }]) => [`${name} ${member}`, load] as const)
      : [[name, entry.load] as const],
  );

  it.each(entries)('%s explains itself', async (path, load) => {
    const { description, options } = await load();
    expect(description).toMatch(/\.$/);
    const letters = Object.values(options).flatMap(({ short }) => short ?? []);
    expect(new Set(letters).size).toBe(letters.length);
    expect(await runCommand([...path.split(' '), '--help'])).toBe(0);
    // Fits a terminal of ordinary width, but for long lists of choices.
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(150);
  });
});
