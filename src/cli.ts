import { parseArgs } from 'node:util';
import { GLOBAL_OPTIONS, UsageError, type Command, type GlobalFlags } from './command.js';

/** Every verb, imported when it is used: start-up stays short. */
const COMMANDS: Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>
> = {
  serve: {
    summary: 'Serve features over HTTP',
    load: async () => (await import('./processes/serve.command.js')).serveCommand,
  },
  version: {
    summary: 'Print the version',
    load: async () => (await import('./version.command.js')).versionCommand,
  },
};

const USAGE = `Usage: salver [global options] COMMAND [options]

Global options:
  -c, --chdir DIR                 Feature repository (default: the current directory)
  -f, --feature-store-yaml FILE   Configuration file (default: feature_store.yaml in the repository)
      --log-level LEVEL           fatal, error, warn, info, debug or trace
      --help                      Show this text, or that of a command
      --version                   Print the version

Commands:
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(30)}  ${summary}`)
  .join('\n')}
`;

/** Runs one command line, without the program's name. Returns the exit code: 2 for a mistake in its use. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`salver: ${error.message}\nTry 'salver --help'.`);
    return 2;
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const verbAt = findVerb(args);
  const { values } = parseGlobal(args.slice(0, verbAt));
  const verb = values.version ? 'version' : args[verbAt];
  if (verb === undefined) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const entry = COMMANDS[verb];
  if (!entry || !Object.hasOwn(COMMANDS, verb)) throw new UsageError(`no such command '${verb}'`);
  const command = await entry.load();
  const rest = args.slice(verbAt + 1);
  if (values.help || rest.includes('--help')) {
    console.log(command.usage);
    return 0;
  }
  const flags: GlobalFlags = {
    chdir: values.chdir,
    featureStoreYaml: values['feature-store-yaml'],
    logLevel: values['log-level'],
  };
  return command.run(rest, flags);
}

/** In both spellings: `-c`, `--chdir`. */
const OPTIONS_WITH_VALUE = new Set(
  Object.entries(GLOBAL_OPTIONS).flatMap(([name, option]) => {
    if (option.type === 'boolean') return [];
    return 'short' in option ? [`-${option.short}`, `--${name}`] : [`--${name}`];
  }),
);

/** Global options stand before the verb; each of those with a value takes the word after it. */
function findVerb(args: readonly string[]): number {
  let at = 0;
  while (at < args.length && (args[at] as string).startsWith('-')) {
    at += OPTIONS_WITH_VALUE.has(args[at] as string) ? 2 : 1;
  }
  return at;
}

function parseGlobal(args: readonly string[]): ReturnType<typeof parseGlobalOptions> {
  try {
    return parseGlobalOptions(args);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parseGlobalOptions(args: readonly string[]) {
  return parseArgs({ args: [...args], options: GLOBAL_OPTIONS, strict: true, allowPositionals: false });
}
