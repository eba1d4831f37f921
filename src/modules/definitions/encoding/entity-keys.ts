import type { Entity } from '../../../generated/feast/core/Entity_pb.js';
import type { LoadedDefinition } from '../loaded-definition.js';
import { placeOf } from './exported-definitions.js';
import type { ProblemReport } from './problem-report.js';

/** Tells entities of one join key and different types: a request that needs both could not be answered rightly. */
export function tellOtherKeyTypes(
  loaded: readonly LoadedDefinition[],
  entities: readonly Entity[],
  report: ProblemReport,
): void {
  const first = new Map<string, readonly [LoadedDefinition, number]>();
  for (const [index, one] of loaded.entries()) {
    const spec = entities[index]?.spec;
    if (spec === undefined || spec.valueType === 0 || spec.joinKey === '') continue;
    const [other, type] = first.get(spec.joinKey) ?? [one, spec.valueType];
    first.set(spec.joinKey, [other, type]);
    if (type === spec.valueType) continue;
    const where = `the join key '${spec.joinKey}' has another type in ${placeOf(other)}`;
    report.tellOf(one)('type', `${where}: make them the same`);
  }
}
