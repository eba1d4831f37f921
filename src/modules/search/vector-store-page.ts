import { JsonWriter } from '../../common/codec/json-writer.js';
import { parseJsonDocument } from '../../common/codec/json-document.codec.js';
import { pythonRepr, pythonText } from '../../common/codec/python-text.js';
import type { JsonObject, JsonValue } from '../../common/model/json-value.js';
import { ValueType, type FeatureValue, type ValueTypeNumber } from '../../common/model/value.js';
import type { DistanceMetric } from '../online-store/document-search.js';
import { scoreOf } from './distance-metric.js';
import { type FoundDocuments, inOrder } from './document-finder.js';
import { DocumentRows, writeFeatureValue } from './document-rows.js';
import type { SearchPlan } from './search-plan.js';
import type { VectorStore } from './vector-store-registry.js';

export interface SearchPage {
  readonly store: VectorStore;
  readonly plan: SearchPlan;
  readonly metric: DistanceMetric;
  readonly queries: readonly string[];
  readonly documents: FoundDocuments;
}

/** Values that are texts in Python: they are the content of a document. */
const TEXT_TYPES: readonly ValueTypeNumber[] = [ValueType.STRING, ValueType.JSON];

/**
 * A page of search results, as JSON text: all there are, in one page.
 *
 * Source: spec/vectors.md part 4.
 */
export function writeSearchPage(page: SearchPage): Buffer {
  const out = new JsonWriter();
  const { hits } = page.documents;
  const rows = new DocumentRows(page.documents.cells, inOrder(hits.keys.length), STATUSES);
  out.ascii('{"object":"vector_store.search_results.page","search_query":');
  list(out, page.queries, (query) => out.string(query));
  out.ascii(',"data":');
  list(out, [...hits.keys.keys()], (row) => writeResult(out, page, rows, row));
  out.ascii(',"has_more":false,"next_page":null}');
  return out.toBuffer();
}

/** A page tells no statuses. */
const STATUSES = { absent: 'NOT_FOUND', storedNull: 'PRESENT', stale: 'ignored' } as const;

// oxlint-disable-next-line max-params -- where to, and which row of what
function writeResult(
  out: JsonWriter,
  { store, plan, metric, documents }: SearchPage,
  rows: DocumentRows,
  row: number,
): void {
  out.ascii('{"file_id":');
  out.string(fileId(store.id, documents, row));
  out.ascii(',"filename":');
  out.string(store.id);
  out.ascii(',"score":');
  out.float(scoreOf(Math.fround(documents.hits.distances[row]!), metric));
  out.ascii(',"attributes":');
  const from = out.length;
  writeAttributes(out, plan, rows, row);
  const attributes = parseJsonDocument(out.bytes.slice(from, out.length)) as JsonObject;
  out.ascii(',"content":');
  const texts = plan.view.features.flatMap(({ name, valueType }) => {
    const value = attributes.get(name);
    return TEXT_TYPES.includes(valueType) && typeof value === 'string' ? [value] : [];
  });
  list(out, texts.length > 0 ? texts : [pythonRepr(attributes)], (text) => {
    out.ascii('{"type":"text","text":');
    out.string(text);
    out.ascii('}');
  });
  out.ascii('}');
}

// oxlint-disable-next-line max-params -- as writeResult
function writeAttributes(out: JsonWriter, plan: SearchPlan, rows: DocumentRows, row: number): void {
  const joinKeys = new Set(plan.view.entityColumns.map(({ name }) => name));
  let separator = '{';
  for (const [name, field] of plan.fieldOf) {
    if (joinKeys.has(name)) continue;
    out.ascii(separator);
    separator = ',';
    out.string(name);
    out.ascii(':');
    rows.writeCell(out, field, row);
  }
  out.ascii(separator === '{' ? '{}' : '}');
}

/** The id of the store and the values of the join keys, in the order of their names. */
function fileId(storeId: string, { keys }: FoundDocuments, row: number): string {
  const values = keys.values[row]!;
  const parts = keys.joinKeys
    .map((name, at) => ({ name, value: values[at]! }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ value }) => pythonText(jsonOf(value)));
  return `${storeId}_${parts.join('_')}`;
}

function jsonOf(value: FeatureValue): JsonValue {
  const out = new JsonWriter(256);
  writeFeatureValue(out, value);
  return parseJsonDocument(out.toBuffer());
}

function list<T>(out: JsonWriter, items: readonly T[], write: (item: T) => void): void {
  out.ascii('[');
  items.forEach((item, at) => {
    if (at > 0) out.ascii(',');
    write(item);
  });
  out.ascii(']');
}
