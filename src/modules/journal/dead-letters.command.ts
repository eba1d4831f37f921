import { type CommandCall, defineCommand, UsageError } from '../../command.js';
import { commandConfiguration } from '../../command-configuration.js';
import { confirm } from '../../command-confirm.js';
import { printTable, TABLE_OUTPUT } from '../../command-output.js';
import { NotFoundError } from '../../common/errors/errors.js';
import { encodeDeadLetter } from './dead-letter.codec.js';
import { retryDeadLetters } from './dead-letter-retry.js';
import { DeadLetters } from './dead-letters.js';
import { journalOptions } from './journal-options.js';

const OPTIONS = {
  all: { type: 'boolean', help: 'All of them, in place of one ID' },
  show: { type: 'boolean', help: 'Print them whole, one JSON text per line' },
  retry: {
    type: 'boolean',
    help: 'Queue them again, after what they were refused for was mended; a server may be running',
  },
  discard: { type: 'boolean', help: 'Remove them for good' },
  yes: { type: 'boolean', short: 'y', help: 'Do not ask before they are removed' },
  output: TABLE_OUTPUT,
} as const;

type Options = CommandCall<typeof OPTIONS>['options'];

const ACTIONS = ['show', 'retry', 'discard'] as const;
type Action = (typeof ACTIONS)[number];

export const deadLettersCommand = defineCommand({
  description:
    'List offline pushes that were acknowledged and that the offline store does not take, each with the reason;\n' +
    'or show, queue again or remove one of them, or all.',
  arguments: [{ name: 'ID', help: 'One of those that are listed', optional: true }],
  options: OPTIONS,
  async run({ arguments: [id], options, globals }) {
    const action = actionOf(options);
    requireChoice(action, id, options.all);
    const journal = journalOptions(commandConfiguration(globals));
    const letters = new DeadLetters(journal.directory);
    if (action === undefined) {
      await list(letters, options.output);
      return 0;
    }
    const ids = await chosen(letters, id);
    if (ids.size === 0) {
      console.log('There are no dead letters.');
      return 0;
    }
    if (action === 'show') {
      for await (const letter of letters.read()) {
        if (ids.has(letter.id)) process.stdout.write(encodeDeadLetter(letter));
      }
      return 0;
    }
    if (action === 'retry') {
      console.log(`${counted(await retryDeadLetters(letters, ids, journal))} queued again.`);
      return 0;
    }
    if (!options.yes && !(await confirm(`Remove ${counted(ids.size)} for good?`))) return 1;
    await letters.remove(ids);
    console.log(`${counted(ids.size)} removed.`);
    return 0;
  },
});

function actionOf(options: Options): Action | undefined {
  const actions = ACTIONS.filter((action) => options[action]);
  if (actions.length > 1) throw new UsageError(`--${actions[0]} and --${actions[1]} exclude each other`);
  return actions[0];
}

function requireChoice(action: Action | undefined, id: string | undefined, all: boolean): void {
  if (id !== undefined && all) throw new UsageError('ID and --all exclude each other');
  const isChosen = id !== undefined || all;
  if (action === undefined && isChosen) throw new UsageError('Say what to do: --show, --retry or --discard');
  if (action !== undefined && !isChosen) throw new UsageError(`--${action} needs an ID, or --all`);
}

async function chosen(letters: DeadLetters, id: string | undefined): Promise<ReadonlySet<string>> {
  const ids = await letters.ids();
  if (id === undefined) return new Set(ids);
  if (!ids.includes(id)) throw new NotFoundError(`There is no dead letter ${id}`);
  return new Set([id]);
}

async function list(letters: DeadLetters, output: string | undefined): Promise<void> {
  const rows = [];
  for await (const letter of letters.read()) {
    rows.push({
      id: letter.id,
      push_source: letter.pushSource,
      source: letter.source.name,
      rows: letter.rows.rows,
      received: letter.receivedAt,
      refused: letter.refusedAt,
      reason: letter.reason,
    });
  }
  printTable(
    { columns: ['id', 'push_source', 'source', 'rows', 'received', 'refused', 'reason'], rows },
    output,
  );
}

function counted(count: number): string {
  return count === 1 ? '1 dead letter' : `${count} dead letters`;
}
