import { readFile, rm } from 'node:fs/promises';
import { CorruptDataError } from '../../../common/errors/errors.js';
import { isMissing, replaceFile } from '../../../common/files/durable-files.js';
import type { ViewTable } from '../../online-store/online-store-tables.js';

const FORMAT = 1;

interface JournalDocument {
  readonly format: typeof FORMAT;
  readonly store: string;
  readonly tables: readonly ViewTable[];
}

/**
 * What is about to be dropped from an online store, written beside the registry before the registry forgets it: an
 * apply that dies in between has its work finished by the next one.
 */
export class DropJournal {
  readonly #path: string;

  /** `store` is where the online store is: what was noted about another one is not for this one. */
  constructor(
    registryPath: string,
    private readonly project: string,
    private readonly store: string,
  ) {
    this.#path = `${registryPath}.${project}.dropping.json`;
  }

  /** Shape: empty when everything was finished. Errors: CorruptDataError; those of the file system. */
  async read(): Promise<readonly ViewTable[]> {
    const text = await this.#text();
    if (text === undefined) return [];
    const document = this.#parse(text);
    return document.store === this.store ? document.tables : [];
  }

  /** Durable when it returns. */
  async write(tables: readonly ViewTable[]): Promise<void> {
    const document: JournalDocument = { format: FORMAT, store: this.store, tables };
    await replaceFile(this.#path, {
      temporary: `${this.#path}.tmp`,
      fill: (file) => file.writeFile(`${JSON.stringify(document)}\n`),
    });
  }

  async clear(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #text(): Promise<string | undefined> {
    try {
      return await readFile(this.#path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #parse(text: string): JournalDocument {
    const document = parseJson(text);
    if (isDocument(document) && document.tables.every((table) => this.#isOwn(table))) return document;
    throw new CorruptDataError(
      `${this.#path} should name tables that an apply had no time to drop, and is damaged: remove it to go on, ` +
        'and drop what is left in the online store by hand',
    );
  }

  #isOwn({ project, viewName, version, joinKeys, features }: ViewTable): boolean {
    return (
      project === this.project &&
      typeof viewName === 'string' &&
      Number.isInteger(version) &&
      [joinKeys, features].every((names) => Array.isArray(names) && names.every(isText))
    );
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isDocument(value: unknown): value is JournalDocument {
  if (typeof value !== 'object' || value === null) return false;
  const { format, store, tables } = value as Partial<Record<keyof JournalDocument, unknown>>;
  const isList =
    Array.isArray(tables) && tables.every((table) => typeof table === 'object' && table !== null);
  return format === FORMAT && typeof store === 'string' && isList;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
