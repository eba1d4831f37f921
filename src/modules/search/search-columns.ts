import { inOrder, type FoundDocuments } from './document-finder.js';
import { feastRows } from './document-keys.js';
import {
  type AnswerColumn,
  type DocumentRows,
  plainColumn,
  writeFeatureValue,
  writeSingle,
} from './document-rows.js';
import type { SearchMode } from './search-mode.js';
import type { SearchPlan } from './search-plan.js';
import type { SearchRequest } from './search.request.js';

/** Everything that an answer is made of. */
export interface Answered {
  readonly request: SearchRequest;
  readonly plan: SearchPlan;
  readonly mode: SearchMode;
  readonly found: FoundDocuments;
  /** The answer is the one that Feast gives. */
  readonly asFeast: boolean;
}

/**
 * The first form of an answer: of what was asked for, join keys, the vector and the distance; nothing has a time.
 *
 * Source: spec/vectors.md part 1; the recordings. Feast says of every document that its vector is the one that was
 * searched for.
 */
export function firstForm({ request, plan, found, asFeast }: Answered, rows: DocumentRows): AnswerColumn[] {
  const { keys, hits } = found;
  return plan.features.flatMap((name): AnswerColumn[] => {
    if (keys.joinKeys.includes(name)) return [keyColumn(found, name)];
    if (name === 'distance') return [plainColumn(name, (out, row) => writeSingle(out, hits.distances[row]!))];
    if (name !== plan.vectorField.name) return [];
    if (asFeast) return [plainColumn(name, (out) => writeVector(out, request.vector ?? []))];
    const field = plan.fieldOf.get(name)!;
    return [plainColumn(name, (out, row) => rows.writeCell(out, field, row))];
  });
}

/**
 * The second form: all features that were asked for, the distance, the rank of the text, and the join keys.
 *
 * Source: as `firstForm`. Feast never fills the rank, and puts features into the rows of other documents.
 */
export function secondForm(
  { request, plan, mode, found, asFeast }: Answered,
  rows: DocumentRows,
): AnswerColumn[] {
  const { hits, keys } = found;
  const ranks = asFeast ? new Float64Array(hits.keys.length).fill(Number.NaN) : hits.textRanks;
  return [
    ...plan.features.map((name) => rows.feature(name, plan.fieldOf.get(name)!)),
    rows.computed('distance', mode.vector === undefined ? hits.textRanks : hits.distances),
    ...(request.namesText ? [rows.computed('text_rank', ranks)] : []),
    ...keys.joinKeys.map((name) => keyColumn(found, name)),
  ];
}

/** Which document's features stand in which row. */
export function rowOrder({ request, found, asFeast }: Answered): Int32Array {
  return asFeast && request.version === 2 ? feastRows(found.keys) : inOrder(found.hits.keys.length);
}

function keyColumn({ keys }: FoundDocuments, name: string): AnswerColumn {
  const at = keys.joinKeys.indexOf(name);
  return plainColumn(name, (out, row) => writeFeatureValue(out, keys.values[row]![at]!));
}

function writeVector(out: Parameters<typeof writeSingle>[0], numbers: readonly number[]): void {
  out.ascii('[');
  numbers.forEach((number, at) => {
    if (at > 0) out.ascii(',');
    writeSingle(out, number);
  });
  out.ascii(']');
}
