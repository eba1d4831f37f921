import type { SeededRandom } from '../../test/support/random.ts';

export const ENTITIES = 10_000;
const FEATURES_PER_VIEW = 10;

/** One request shape of the workload: so many rows of so many features. */
export interface Shape {
  readonly name: string;
  readonly rows: number;
  readonly features: readonly string[];
  /** The shortest round that tells something: Feast needs more than a second for eight answers of the largest shape. */
  readonly leastSeconds?: number;
}

const MIXED = ['float', 'double', 'int', 'text', 'flag'].flatMap((kind) => [
  `mixed:${kind}_0`,
  `mixed:${kind}_1`,
]);

export const SHAPES: readonly Shape[] = [
  { name: '1x10', rows: 1, features: numbers(1) },
  { name: '1x50', rows: 1, features: numbers(5) },
  { name: '10x50', rows: 10, features: numbers(5) },
  { name: '100x50', rows: 100, features: numbers(5), leastSeconds: 4 },
  { name: '1x250', rows: 1, features: numbers(25) },
  { name: '100x10 mixed', rows: 100, features: MIXED },
];

function numbers(views: number): readonly string[] {
  return Array.from({ length: views }, (_, view) => String(view).padStart(2, '0')).flatMap((view) =>
    Array.from({ length: FEATURES_PER_VIEW }, (_, feature) => `numbers_${view}:n${view}_${feature}`),
  );
}

/** The body of a request for random entities, all of which have rows. */
export function requestBody(shape: Shape, random: SeededRandom): string {
  const users = Array.from({ length: shape.rows }, () => random.integer(0, ENTITIES - 1));
  return JSON.stringify({ features: shape.features, entities: { user_id: users } });
}

/** The columns of an answer by view, inside which Feast's order is random. */
export function columnsOf(shape: Shape): string[][] {
  const views = Map.groupBy(shape.features, (reference) => reference.slice(0, reference.indexOf(':')));
  return [['user_id'], ...views.values()];
}
