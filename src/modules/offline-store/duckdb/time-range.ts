import type { TableColumn } from './source-table.js';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** Both ends inclusive, microseconds since the epoch; without a start it is all that was before the end. */
export interface TimeRange {
  readonly startMicros: number | undefined;
  readonly endMicros: number;
}

/** On the column itself, so that parts of files that lie outside of the range are not read. */
export function rangeCondition(
  { sql, sourceType }: TableColumn,
  { startMicros, endMicros }: TimeRange,
): string {
  const bound = (micros: number): string => {
    if (sourceType.kind !== 'timestamp') return `make_timestamp(${micros}::BIGINT)`;
    if (sourceType.unit === 'ns') return `make_timestamp_ns(${clamped(BigInt(micros) * 1000n)}::BIGINT)`;
    return `make_timestamp(${micros}::BIGINT)${sourceType.zoned ? '::TIMESTAMPTZ' : ''}`;
  };
  if (startMicros === undefined) return `${sql} <= ${bound(endMicros)}`;
  return `${sql} BETWEEN ${bound(startMicros)} AND ${bound(endMicros)}`;
}

function clamped(nanos: bigint): bigint {
  if (nanos <= INT64_MIN) return INT64_MIN + 1n;
  return nanos >= INT64_MAX ? INT64_MAX - 1n : nanos;
}
