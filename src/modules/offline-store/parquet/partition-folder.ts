import { JsonFloat, type JsonValue } from '../../../common/model/json-value.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import { invalidColumnValue } from '../../../common/codec/value-error.js';
import type { OfflineRows } from '../offline-store-writer.js';
import { wholeNumber } from './conversion/number-conversion.js';
import { misfit } from './conversion/stored-value.js';
import type { FolderTarget } from './storage/source-storage.js';

const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';
const INT32_LIMIT = 2n ** 31n;
const FOLDER = /^([^=]+)=(.*)$/;

/**
 * The folder of each row, below the base of the source.
 *
 * Shape:  folders that exist keep their spelling: the row of month 3 goes to `month=03` where there is one.
 * Errors: InvalidValueError at `['body', 'df', column, row]`.
 */
export function partitionFolders(target: FolderTarget, rows: OfflineRows): string[] {
  const { partitions, folders } = target;
  if (partitions.length === 0) return Array.from({ length: rows.rows }, () => folderOfAll(folders));
  const columns = partitions.map((partition) => partitionTexts(partition, rows));
  const known = new Map(folders.map((folder) => [keyOf(folder, partitions), folder]));
  return Array.from({ length: rows.rows }, (_, row) => {
    const texts = columns.map((column) => column[row]!);
    const folder = texts.map((text, i) => `${encoded(partitions[i]!.name)}=${encoded(text)}`).join('/');
    return known.get(keyOf(folder, partitions)) ?? folder;
  });
}

type Partitions = FolderTarget['partitions'];

/** Where all files lie in one folder, new ones do too. */
function folderOfAll(folders: readonly string[]): string {
  return folders.length === 1 ? folders[0]! : '';
}

function partitionTexts({ name, isInteger }: Partitions[number], rows: OfflineRows): string[] {
  const values = rows.columns.get(name)!;
  return values.map((value, row) => {
    try {
      if (value === null) return NULL_PARTITION;
      return isInteger ? integerText(value) : partitionText(value);
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      error.row = row;
      const what = `the folders of the batch source make ${name} ${isInteger ? 'INT32' : 'STRING'}`;
      throw invalidColumnValue(error, { loc: ['body', 'df'], name, values, what });
    }
  });
}

function integerText(value: JsonValue): string {
  const integer = wholeNumber(value);
  if (integer < -INT32_LIMIT || integer >= INT32_LIMIT) misfit('is not an integer of 32 bits');
  return String(integer);
}

function partitionText(value: JsonValue): string {
  if (typeof value === 'object' && !(value instanceof JsonFloat)) misfit('is not text');
  const text = value instanceof JsonFloat ? String(value.value) : String(value);
  if (text === '') misfit('is empty, and cannot be the name of a folder');
  if (!text.isWellFormed()) misfit('holds half of a character (a lone surrogate)');
  return text;
}

/** What the names of folders mean, whatever their spelling. */
function keyOf(folder: string, partitions: Partitions): string {
  const values = new Map(
    folder.split(/[/\\]/).flatMap((piece): [string, string][] => {
      const [, name, value] = FOLDER.exec(piece) ?? [];
      return name === undefined || value === undefined ? [] : [[decoded(name), decoded(value)]];
    }),
  );
  const key = partitions.map(({ name, isInteger }) => {
    const value = values.get(name);
    return isInteger && value !== undefined && value !== NULL_PARTITION ? String(Number(value)) : value;
  });
  return JSON.stringify(key);
}

function encoded(text: string): string {
  return text === NULL_PARTITION ? text : encodeURIComponent(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
