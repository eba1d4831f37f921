/** Files of a directory of the journal. */
export const SEGMENT_SUFFIX = '.segment';
/** A segment that is kept for a person to look at: a part of it cannot be read, though it was acknowledged. */
export const DAMAGED_SUFFIX = '.damaged';
/** Letters that are about to be queued again: no segment before the letters are gone. */
export const PENDING_SUFFIX = '.pending';

/** The segment that a file holds; undefined for other files. */
export function segmentOf(fileName: string): string | undefined {
  return fileName.endsWith(SEGMENT_SUFFIX) ? fileName.slice(0, -SEGMENT_SUFFIX.length) : undefined;
}
