import { InvalidRequestError, InvalidValueError } from '../../../common/errors/errors.js';
import type { OfflineEntry, RefusedEntry } from '../offline-store-writer.js';
import type { ShreddedLeaf } from './conversion/shredded-column.js';
import type { StoredValue } from './conversion/stored-value.js';
import { joinedLevels } from './format/level.codec.js';

/** What a conversion of entries came to. */
export interface ConvertedEntries<T> {
  readonly accepted: readonly { readonly entry: OfflineEntry; readonly converted: T }[];
  readonly refused: readonly RefusedEntry[];
}

/** Converts each entry by itself: one that does not fit does not keep the others back. */
export function convertEntries<T>(
  entries: readonly { readonly index: number; readonly entry: OfflineEntry }[],
  convert: (entry: OfflineEntry) => T,
): ConvertedEntries<T> {
  const accepted: { entry: OfflineEntry; converted: T }[] = [];
  const refused: RefusedEntry[] = [];
  for (const { index, entry } of entries) {
    try {
      accepted.push({ entry, converted: convert(entry) });
    } catch (error) {
      if (!(error instanceof InvalidValueError || error instanceof InvalidRequestError)) throw error;
      refused.push({ index, error });
    }
  }
  return { accepted, refused };
}

/** Rows behind each other. */
export function joinLeaves(parts: readonly (readonly ShreddedLeaf[])[]): ShreddedLeaf[] {
  const [first] = parts;
  if (first === undefined) return [];
  return first.map((_, i) => {
    const leaves = parts.map((part) => part[i]!);
    return {
      definitions: joinedLevels(leaves.map(({ definitions }) => definitions)),
      repetitions: joinedLevels(leaves.map(({ repetitions }) => repetitions)),
      values: joinedValues(leaves),
    };
  });
}

/** `flatMap` would make an array of each part, of which there may be thousands with one row. */
function joinedValues(leaves: readonly ShreddedLeaf[]): StoredValue[] {
  const all: StoredValue[] = [];
  for (const { values } of leaves) for (const value of values) all.push(value);
  return all;
}
