import type { SeededRandom } from '../../test/support/random.ts';

export const ENTITIES = 10_000;
export const PUSH_SOURCE = 'user_events';
/** What push.lua replaces by a later time in each request. */
export const TIME_MARKER = '2000-01-01T00:00:00Z';

/** One kind of push: so many rows of ten features, to where. */
export interface Shape {
  readonly name: string;
  readonly rows: number;
  readonly to: 'online' | 'offline';
  /** Both servers append to a file of so many rows before they answer, and one request is sent after the other. */
  readonly unbatchedInto?: number;
}

/** About 100 MB. */
const LARGE_FILE_ROWS = 1_600_000;

export const SHAPES: readonly Shape[] = [
  { name: 'online 1x10', rows: 1, to: 'online' },
  { name: 'online 100x10', rows: 100, to: 'online' },
  { name: 'offline 1x10', rows: 1, to: 'offline' },
  { name: 'offline 100x10', rows: 100, to: 'offline' },
  { name: 'unbatched 1x10', rows: 1, to: 'offline', unbatchedInto: LARGE_FILE_ROWS },
];

/** The body of a request for random entities, whose times push.lua replaces. */
export function pushBody(shape: Shape, random: SeededRandom): string {
  return body(shape, random, { time: TIME_MARKER, firstUser: 0 });
}

/** One for entities that no other request has, so that its rows are not older than what is stored. */
export function checkBody(shape: Shape, random: SeededRandom): string {
  const firstUser = ENTITIES * (1 + SHAPES.indexOf(shape));
  return body(shape, random, { time: '2026-05-01T00:00:00Z', firstUser });
}

function body(
  { rows, to }: Shape,
  random: SeededRandom,
  { time, firstUser }: { readonly time: string; readonly firstUser: number },
): string {
  const column = <T>(value: () => T): T[] => Array.from({ length: rows }, value);
  const fraction = (): number => random.integer(0, 1_000_000) / 1000;
  const df = {
    user_id: column(() => firstUser + random.integer(0, ENTITIES - 1)),
    event_timestamp: column(() => time),
    float_0: column(fraction),
    float_1: column(fraction),
    double_0: column(() => random.integer(0, 1_000_000_000) / 7),
    double_1: column(() => random.integer(0, 1_000_000_000) / 17),
    int_0: column(() => random.integer(0, 1000)),
    int_1: column(() => random.integer(0, 1_000_000)),
    int_2: column(() => random.integer(0, 1_000_000_000)),
    text_0: column(() => `segment ${random.integer(0, 50)}`),
    text_1: column(() => `naïve café ${random.integer(0, 1_000_000_000)}`),
    flag_0: column(() => random.integer(0, 1) === 1),
  };
  return JSON.stringify({ push_source_name: PUSH_SOURCE, df, to });
}
