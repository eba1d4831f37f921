import { dirname, relative, sep } from 'node:path';

/** A column that stands in the names of folders. */
export interface HivePartition {
  readonly name: string;
  /** Of each file, in their order; null where the folder stands for null. */
  readonly values: readonly (string | null)[];
  /** All values are 32-bit integers, and so is the column. */
  readonly isInteger: boolean;
}

/** Files of a source by their names. */
interface NamedFiles {
  readonly files: readonly { readonly name: string }[];
  /** Undefined for a single file. */
  readonly base: string | undefined;
}

const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';
const FOLDER = /^([^=]+)=(.*)$/;
const INT32_LIMIT = 2 ** 31;

/**
 * The columns that the folders between the source and its files name: `month=03/part-0.parquet`.
 *
 * Shape:  values in the order of the files; a file without the folder has null. `03` is the integer 3, as for Feast.
 */
export function hivePartitions({ files, base }: NamedFiles): readonly HivePartition[] {
  if (base === undefined) return [];
  const directories = files.map(({ name }) => dirname(name));
  // Many files lie in few directories.
  const byDirectory = new Map(
    [...new Set(directories)].map((directory) => [directory, foldersOf(relative(base, directory))]),
  );
  const folders = directories.map((directory) => byDirectory.get(directory)!);
  const names = new Set([...byDirectory.values()].flatMap((folder) => [...folder.keys()]));
  return [...names].map((name) => {
    const values = folders.map((folder) => folder.get(name) ?? null);
    return { name, values, isInteger: values.every((value) => value === null || isInt32(value)) };
  });
}

function foldersOf(path: string): ReadonlyMap<string, string | null> {
  const pairs = path.split(sep).flatMap((folder): [string, string | null][] => {
    const [, name, value] = FOLDER.exec(folder) ?? [];
    if (name === undefined || value === undefined) return [];
    return [[decoded(name), value === NULL_PARTITION ? null : decoded(value)]];
  });
  return new Map(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isInt32(text: string): boolean {
  const value = Number(text);
  return /^[+-]?\d+$/.test(text) && value >= -INT32_LIMIT && value < INT32_LIMIT;
}
