/** A mistake in the use of the command line: names it; the process ends with 2, and the usage line of the command. */
export class UsageError extends Error {}

export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** May be given more than once, `-v a -v b`. */
  readonly multiple?: true;
  /** What stands for its value in the usage text: `DIR`. */
  readonly value?: string;
  /** The only values that it takes. */
  readonly choices?: readonly string[];
  /** For the usage text, with the default in brackets: `Port to listen at (6566)`. */
  readonly help: string;
}

export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** Options before the command, or after it; a command's own option of the same letter or name wins there. */
export const GLOBAL_OPTIONS = {
  chdir: {
    type: 'string',
    short: 'c',
    value: 'DIR',
    help: 'Feature repository (the current directory)',
  },
  'feature-store-yaml': {
    type: 'string',
    short: 'f',
    value: 'FILE',
    help: 'Configuration file (feature_store.yaml in the repository)',
  },
  'log-level': {
    type: 'string',
    value: 'LEVEL',
    help: 'fatal, error, warn, info, debug or trace (info); debug shows where an internal error comes from',
  },
  help: { type: 'boolean', help: 'Show this text, or that of a command' },
  version: { type: 'boolean', help: 'Print the version' },
} as const satisfies CommandOptions;

export interface GlobalFlags {
  readonly chdir: string | undefined;
  readonly featureStoreYaml: string | undefined;
  /** As `salver.yaml` calls it; Feast's names (`WARNING`, `critical`) are translated. */
  readonly logLevel: string | undefined;
}

type OptionValue<O extends CommandOption> = O['type'] extends 'boolean'
  ? boolean
  : O extends { readonly multiple: true }
    ? readonly string[]
    : string | undefined;

/** Booleans that are not given are false, lists are empty. */
export type OptionValues<O extends CommandOptions> = { readonly [K in keyof O]: OptionValue<O[K]> };

/** One call of a command, parsed. */
export interface CommandCall<O extends CommandOptions = CommandOptions> {
  readonly options: OptionValues<O>;
  readonly arguments: readonly string[];
  readonly globals: GlobalFlags;
}

/** A positional argument. */
export interface CommandArgument {
  /** `START_TS` */
  readonly name: string;
  readonly help: string;
  readonly optional?: true;
}

export interface Command {
  /** What it does, in a few lines; the list of options is made from `options`. */
  readonly description: string;
  readonly arguments: readonly CommandArgument[];
  readonly options: CommandOptions;
  /**
   * Returns the exit code: 0, or 1 when it did not do what it was asked. Errors: UsageError; ConfigurationError and
   * FeatureServerError, of which only the message is shown.
   */
  run(call: CommandCall): Promise<number>;
}

/** Gives `run` the types of its own options. */
export function defineCommand<const O extends CommandOptions>(command: {
  readonly description: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options?: O;
  run(call: CommandCall<O>): Promise<number>;
}): Command {
  const { description, arguments: positionals = [], options = {} as O } = command;
  return {
    description,
    arguments: positionals,
    options,
    run: (call) => command.run(call as unknown as CommandCall<O>),
  };
}

/** Where a verb or a group of verbs is found; loaded when it is used, so that start-up stays short. */
export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export interface CommandGroup {
  readonly summary: string;
  readonly commands: Readonly<Record<string, CommandEntry>>;
}

export type CommandTable = Readonly<Record<string, CommandEntry | CommandGroup>>;
