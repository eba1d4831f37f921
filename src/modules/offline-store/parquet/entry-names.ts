import type { OfflineEntryId } from '../offline-store-writer.js';

/** Entries of one segment, both ends included. */
export interface EntryRange {
  readonly segment: string;
  readonly from: number;
  readonly to: number;
}

const PREFIX = 'part-salver-';
const PART = /part-salver-(.+)-(\d+)-(\d+)/;
/** What stands in the place of a segment's name where rows came without an id. */
const ANONYMOUS = 'x';

/** The name of a part file without its ending: it tells which entries it holds. */
export function partStem({ segment, from, to }: EntryRange): string {
  return `${PREFIX}${encodeURIComponent(segment).replaceAll('*', '%2A')}-${from}-${to}`;
}

/** For rows that nobody will give again. */
export function anonymousStem(token: string): string {
  return `${PREFIX}${ANONYMOUS}${token}`;
}

/** Whether it is the name of a file that this program adds to folders. */
export function isPartName(name: string): boolean {
  return name.includes(PREFIX);
}

/** Of the name of a file; undefined for one that is not ours, or holds rows without ids. */
export function partRange(name: string): EntryRange | undefined {
  if (!name.includes(PREFIX) || name.startsWith('.')) return undefined;
  const match = PART.exec(name);
  if (match === null) return undefined;
  return { segment: decodeURIComponent(match[1]!), from: Number(match[2]), to: Number(match[3]) };
}

export function isInRange(range: EntryRange, { segment, number }: OfflineEntryId): boolean {
  return range.segment === segment && number >= range.from && number <= range.to;
}
