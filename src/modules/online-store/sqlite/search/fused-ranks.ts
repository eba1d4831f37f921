import type { RankedRow } from './vector-part.js';

/** A document with what each list says of it, NaN where it is not among them. */
export interface FusedRow {
  readonly document: number;
  readonly distance: number;
  readonly textRank: number;
}

/** How much the first places count before the later ones; the usual choice. */
const RANK_CONSTANT = 60;

/**
 * Merges the documents that are near with those that match, by their places in both lists (reciprocal rank fusion): the
 * scores themselves cannot be compared.
 *
 * Source: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion", SIGIR 2009.
 */
export function fuseRanks(
  near: readonly RankedRow[],
  matching: readonly RankedRow[],
  count: number,
): FusedRow[] {
  const fused = new Map<number, { distance: number; textRank: number; score: number }>();
  const entryOf = (document: number) => {
    const known = fused.get(document);
    if (known) return known;
    const entry = { distance: Number.NaN, textRank: Number.NaN, score: 0 };
    fused.set(document, entry);
    return entry;
  };
  near.forEach(({ document, score }, place) => {
    const entry = entryOf(document);
    entry.distance = score;
    entry.score += 1 / (RANK_CONSTANT + place + 1);
  });
  matching.forEach(({ document, score }, place) => {
    const entry = entryOf(document);
    entry.textRank = score;
    entry.score += 1 / (RANK_CONSTANT + place + 1);
  });
  // The sort is stable: of equal scores those that are near come first.
  return [...fused]
    .sort(([, a], [, b]) => b.score - a.score)
    .slice(0, count)
    .map(([document, { distance, textRank }]) => ({ document, distance, textRank }));
}
