import { parseJsonDocument, parseJsonWithMember } from '../../common/codec/json-document.codec.js';
import { type Issues, requireObject } from '../../common/codec/request-body.codec.js';
import type { JsonArray, JsonObject } from '../../common/model/json-value.js';

/** The body of a write as an object. Errors: InvalidValueError. */
export function writeBody(body: Uint8Array): JsonObject {
  return requireObject(body.length === 0 ? null : parseJsonDocument(body));
}

/** With the text of `df` as it was sent, where there is one. Errors: InvalidValueError. */
export function writeBodyWithFrameText(body: Uint8Array): {
  readonly object: JsonObject;
  readonly dfText: string | undefined;
} {
  if (body.length === 0) return { object: requireObject(null), dfText: undefined };
  const { value, memberText } = parseJsonWithMember(body, 'df');
  return { object: requireObject(value), dfText: memberText };
}

/** The member `df`, not looked at yet. */
export function dataFrameOf(object: JsonObject, issues: Issues): JsonObject | JsonArray {
  const df = object.get('df');
  if (df instanceof Map) return df as JsonObject;
  if (Array.isArray(df)) return df as JsonArray;
  if (df === undefined) issues.missing('df', object);
  else issues.add('dict_type', ['df'], 'Input should be a valid dictionary', df);
  return [];
}
