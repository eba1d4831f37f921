import { UsageError } from '../../command.js';

/**
 * The entity rows of `-e KEY=VALUE`, as columns: the first row has the first value of every key, and so on.
 *
 * Shape:  values are texts, which a read takes for the type of their key. The first `=` ends the key.
 * Errors: UsageError for what is no pair, and for keys with different numbers of values.
 */
export function parseEntityOptions(pairs: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const columns = new Map<string, string[]>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new UsageError(`--entities: '${pair}' is no pair of the form KEY=VALUE`);
    const key = pair.slice(0, equals);
    const values = columns.get(key) ?? [];
    values.push(pair.slice(equals + 1));
    columns.set(key, values);
  }
  if (columns.size === 0) {
    throw new UsageError('--entities is missing: which entity to read, as in -e driver_id=1001');
  }
  const counts = new Set([...columns.values()].map((values) => values.length));
  if (counts.size > 1) {
    const given = [...columns].map(([key, values]) => `${key} ${values.length}`).join(', ');
    throw new UsageError(`--entities: every key needs as many values as there are rows (given: ${given})`);
  }
  return columns;
}
