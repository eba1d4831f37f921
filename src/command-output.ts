import { styleText } from 'node:util';

/** What a cell of a table holds; JSON has it as it is. */
export type Cell = string | number | boolean | null | readonly string[] | Readonly<Record<string, string>>;

/** Lines of a table. Shape: every row has the keys of `columns`; those are its names in JSON, in capitals in a table. */
export interface Table {
  readonly columns: readonly string[];
  /** The columns are names of somebody else's, and stay as they are. */
  readonly keepsCase?: boolean;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/** `--output` of a command that prints a table. */
export const TABLE_OUTPUT = {
  type: 'string',
  choices: ['table', 'json'],
  help: 'For a person, or for a program (table)',
} as const;

/** `--output` of a command that prints one thing. */
export const DOCUMENT_OUTPUT = {
  type: 'string',
  choices: ['yaml', 'json'],
  help: 'For a person, or for a program (yaml)',
} as const;

const GAP = '  ';
// oxlint-disable-next-line no-control-regex -- texts of a registry must not move the cursor of a terminal
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]+/g;

export function printTable(table: Table, output: string | undefined): void {
  if (output === 'json') {
    printJson(table.rows);
    return;
  }
  const [header = '', ...lines] = formatTable(table);
  // Nothing is styled unless standard output is a terminal that wants it.
  console.log([styleText('bold', header, { stream: process.stdout }), ...lines].join('\n'));
}

export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

/** Shape: the header and one line per row, columns aligned, nothing behind the last text. */
export function formatTable({ columns, rows, keepsCase = false }: Table): string[] {
  const cells = [
    columns.map((column) => (keepsCase ? cellText(column) : column.toUpperCase())),
    ...rows.map((row) => columns.map((column) => cellText(row[column] ?? null))),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => widthOf(line[at] as string))));
  return cells.map((line) =>
    line
      .map((text, at) => text + ' '.repeat((widths[at] as number) - widthOf(text)))
      .join(GAP)
      .trimEnd(),
  );
}

function cellText(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'boolean') return cell ? 'Yes' : 'No';
  if (typeof cell !== 'object') return String(cell).replace(CONTROL_CHARACTERS, ' ');
  const texts = Array.isArray(cell)
    ? (cell as readonly string[])
    : Object.entries(cell).map(([key, value]) => `${key}:${value}`);
  return texts.length === 0 ? '-' : texts.join(', ').replace(CONTROL_CHARACTERS, ' ');
}

const GRAPHEMES = new Intl.Segmenter();

/** Characters as a person counts them. */
function widthOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : Array.from(GRAPHEMES.segment(text)).length;
}
