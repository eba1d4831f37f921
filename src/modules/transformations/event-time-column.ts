import type { EntityColumn } from '../../common/model/entity-column.js';
import { ValueType } from '../../common/model/value.js';

/** What Feast calls the instant of a row that it reads from sources. */
export const EVENT_TIME = 'event_timestamp';

const MICROS_PER_SECOND = 1_000_000;

/** Instants as values, which are of whole seconds. */
export function eventTimeColumn(micros: readonly number[]): EntityColumn {
  return {
    type: ValueType.UNIX_TIMESTAMP,
    values: micros.map((time) => Math.floor(time / MICROS_PER_SECOND)),
  };
}
