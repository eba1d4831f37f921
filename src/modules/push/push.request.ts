import { Issues, readBoolean, readText } from '../../common/codec/request-body.codec.js';
import type { JsonArray, JsonObject } from '../../common/model/json-value.js';
import { dataFrameOf, writeBodyWithFrameText } from './write-body.js';

/** A push, checked in shape but not against the registry. */
export interface PushRequest {
  readonly pushSource: string;
  readonly df: JsonObject | JsonArray;
  /** `df` as it was sent. */
  readonly dfText?: string | undefined;
  /** Any text: which of them there are is asked after `df` was looked at, as in Feast. */
  readonly to: string;
  readonly allowRegistryCache: boolean;
  /** Says something of on-demand views, and a push feeds none: it tells the buffers of batched pushes apart. */
  readonly transformOnWrite: boolean;
}

/**
 * Parses a push and checks its shape; unknown keys are ignored as Feast ignores them.
 *
 * Errors:  InvalidValueError that lists every wrong field, in the form of FastAPI.
 */
export function parsePushRequest(body: Uint8Array): PushRequest {
  const { object, dfText } = writeBodyWithFrameText(body);
  const issues = new Issues();
  const request = {
    pushSource: readText(object, 'push_source_name', issues),
    df: dataFrameOf(object, issues),
    dfText,
    allowRegistryCache: readBoolean(object, 'allow_registry_cache', issues, true),
    transformOnWrite: readBoolean(object, 'transform_on_write', issues, true),
    to: readText(object, 'to', issues, 'online'),
  };
  issues.throwIfAny();
  return request;
}
