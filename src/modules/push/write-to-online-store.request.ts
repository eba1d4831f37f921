import { Issues, readBoolean, readText } from '../../common/codec/request-body.codec.js';
import type { JsonArray, JsonObject } from '../../common/model/json-value.js';
import { dataFrameOf, writeBody } from './write-body.js';

/** Rows for one view, checked in shape but not against the registry. */
export interface WriteToOnlineStoreRequest {
  readonly viewName: string;
  readonly df: JsonObject | JsonArray;
  readonly allowRegistryCache: boolean;
  /** On-demand views: the rows are what the view is computed from, not what it gives. */
  readonly transformOnWrite: boolean;
}

/** Parses a write and checks its shape. Errors: as `parsePushRequest`. */
export function parseWriteToOnlineStoreRequest(body: Uint8Array): WriteToOnlineStoreRequest {
  const object = writeBody(body);
  const issues = new Issues();
  const request = {
    viewName: readText(object, 'feature_view_name', issues),
    df: dataFrameOf(object, issues),
    allowRegistryCache: readBoolean(object, 'allow_registry_cache', issues, true),
    transformOnWrite: readBoolean(object, 'transform_on_write', issues, true),
  };
  issues.throwIfAny();
  return request;
}
