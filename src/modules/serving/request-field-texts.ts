import { parseJsonDocument } from '../../common/codec/json-document.codec.js';
import type { JsonArray, JsonValue } from '../../common/model/json-value.js';
import { ValueType } from '../../common/model/value.js';
import type { OnDemandPlan } from './on-demand.plan.js';

/**
 * Entities of a command line, where everything is a text: the fields of request sources that are no texts are read as
 * JSON, as a request would have brought them.
 */
export function parseRequestFields(
  plan: OnDemandPlan | undefined,
  entities: ReadonlyMap<string, JsonArray>,
): ReadonlyMap<string, JsonArray> {
  if (!plan) return entities;
  const fields = plan.computations.flatMap(({ view }) =>
    view.sources.flatMap((source) => (source.kind === 'request' ? source.source.requestFields : [])),
  );
  const documents = new Set(
    fields.filter(({ valueType }) => valueType !== ValueType.STRING).map(({ name }) => name),
  );
  return new Map(
    [...entities].map(([name, values]) => [name, documents.has(name) ? values.map(parsed) : values]),
  );
}

/** What is no JSON stays the text that it is: whoever checks its type says what is wrong. */
function parsed(value: JsonValue): JsonValue {
  if (typeof value !== 'string') return value;
  try {
    return parseJsonDocument(Buffer.from(value));
  } catch {
    return value;
  }
}
