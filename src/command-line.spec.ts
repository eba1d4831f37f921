import { describe, expect, it } from 'vitest';
import { defineCommand, UsageError } from './command.js';
import { NO_GLOBALS, parseCall, parseGlobals, splitAtVerb } from './command-line.js';

const command = defineCommand({
  description: 'A command with one of each.',
  arguments: [
    { name: 'START', help: 'from when' },
    { name: 'END', help: 'until when', optional: true },
  ],
  options: {
    workers: { type: 'string', short: 'w', help: 'How many' },
    views: { type: 'string', short: 'v', multiple: true, help: 'Which' },
    cert: { type: 'string', short: 'c', help: 'A file' },
    yes: { type: 'boolean', short: 'y', help: 'Do not ask' },
    output: { type: 'string', choices: ['table', 'json'], help: 'How' },
  },
  run: () => Promise.resolve(0),
});

const call = (...words: string[]) => parseCall(command, words, NO_GLOBALS).call;

describe('splitAtVerb', () => {
  it.each([
    [
      ['-c', 'dir', 'serve', '-c', 'x'],
      ['-c', 'dir'],
      ['serve', '-c', 'x'],
    ],
    [['--chdir=dir', '--help', 'serve'], ['--chdir=dir', '--help'], ['serve']],
    [['--log-level', 'debug', '-f', 'a.yaml'], ['--log-level', 'debug', '-f', 'a.yaml'], []],
    [['serve'], [], ['serve']],
    [['--nope', 'serve'], ['--nope'], ['serve']],
  ])('%j', (words, globals, rest) => {
    expect(splitAtVerb(words)).toEqual({ globals, rest });
  });
});

describe('parseCall', () => {
  it('reads options, arguments, and what is not given', () => {
    expect(call('a', '-w', '3', '-v', 'x', '--views=y', 'b', '-y')).toEqual({
      options: { workers: '3', views: ['x', 'y'], cert: undefined, yes: true, output: undefined },
      arguments: ['a', 'b'],
      globals: { chdir: undefined, featureStoreYaml: undefined, logLevel: undefined },
    });
  });

  it.each([
    [['a', '--workers', '-1'], '-1'],
    [['a', '-w', '-1'], '-1'],
    [['a', '-w-1'], '-1'],
    [['a', '--workers=-1'], '-1'],
    [['a', '-w', '1', '-w', '2'], '2'],
    [['a', '--workers='], ''],
    [['a', '--workers=--x'], '--x'],
  ])('takes the value of %j', (words, workers) => {
    expect(call(...words).options).toMatchObject({ workers });
  });

  it('takes global options behind the command, where it has not the letter itself', () => {
    const { globals, options } = call('a', '-f', 'x.yaml', '--chdir', 'dir', '-c', 'cert.pem');
    expect(globals).toEqual({ chdir: 'dir', featureStoreYaml: 'x.yaml', logLevel: undefined });
    expect(options).toMatchObject({ cert: 'cert.pem' });
  });

  it('lets the later of a global option count', () => {
    const before = parseGlobals(['-c', 'one', '-f', 'a.yaml']);
    expect(parseCall(command, ['a', '--chdir', 'two'], before).call.globals).toMatchObject({
      chdir: 'two',
      featureStoreYaml: 'a.yaml',
    });
  });

  it('takes what stands behind -- for arguments', () => {
    expect(call('--', '-x', '--yes').arguments).toEqual(['-x', '--yes']);
  });

  it('asks for nothing when help is asked for', () => {
    expect(parseCall(command, ['--help'], NO_GLOBALS).help).toBe(true);
    expect(parseCall(command, [], { ...NO_GLOBALS, help: true }).help).toBe(true);
  });

  it.each([
    [[], 'START is missing: from when'],
    [['a', 'b', 'c'], "'c': one argument too many"],
    [['a', 'b', 'c', 'd'], "'c', 'd': arguments too many"],
    [['a', '--viws', 'x'], "no such option '--viws'; did you mean '--views'?"],
    [['a', '-x'], "no such option '-x'"],
    [['a', '--__proto__'], "no such option '--__proto__'"],
    [['a', '-w'], '-w needs a value: How many'],
    [['a', '--workers', '--yes'], "--workers needs a value, and '--yes' is an option"],
    [['a', '--yes=no'], "--yes takes no value (given: 'no')"],
    [['a', '--output', 'xml'], "--output: 'xml' is none of table, json"],
    [['a', '--log-level', 'loud'], "--log-level: 'loud' is none of fatal, error"],
  ])('refuses %j', (words, message) => {
    expect(() => call(...words)).toThrow(UsageError);
    expect(() => call(...words)).toThrow(message);
  });
});

describe('parseGlobals', () => {
  it.each([
    ['WARNING', 'warn'],
    ['critical', 'fatal'],
    ['Debug', 'debug'],
  ])('takes the level %s', (given, logLevel) => {
    expect(parseGlobals(['--log-level', given])).toMatchObject({ logLevel });
  });
});
