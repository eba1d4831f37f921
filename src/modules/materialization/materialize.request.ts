import { parseJsonDocument } from '../../common/codec/json-document.codec.js';
import {
  Issues,
  readBoolean,
  readOptionalText,
  readTexts,
  requireObject,
} from '../../common/codec/request-body.codec.js';
import { InvalidRequestError, InvalidValueError } from '../../common/errors/errors.js';
import type { JsonObject } from '../../common/model/json-value.js';
import { jobTimeText } from './job-time.js';
import { parseLooseTime } from './loose-time.js';
import type { RequestedRange } from './materialization-request.js';

/** What a call of `/materialize` or `/materialize-incremental` asks for, checked in shape alone. */
export interface MaterializeCommand {
  /** `null`: every view that is served online. */
  readonly viewNames: readonly string[] | null;
  readonly version: string | null;
  /**
   * Times are read after the permissions were checked, as in Feast. Units: microseconds since the epoch.
   *
   * Errors: InvalidRequestError with Feast's text.
   */
  range(nowMicros: number): RequestedRange;
}

/** What the query of both routes says. */
export interface MaterializeMode {
  readonly isAsync: boolean;
  readonly force: boolean;
}

/** Errors: InvalidValueError that lists every wrong field. */
export function parseMaterialize(body: Uint8Array): MaterializeCommand {
  const { object, issues } = readBody(body);
  const start = readOptionalText(object, 'start_ts', issues);
  const end = readOptionalText(object, 'end_ts', issues);
  const common = readCommon(object, issues);
  const everything = readBoolean(object, 'disable_event_timestamp', issues);
  issues.throwIfAny();
  return {
    ...common,
    range: (nowMicros) => (everything ? { kind: 'everything' } : rangeBetween(start, end, nowMicros)),
  };
}

/** Errors: InvalidValueError that lists every wrong field. */
export function parseMaterializeIncremental(body: Uint8Array): MaterializeCommand {
  const { object, issues } = readBody(body);
  const end = object.get('end_ts');
  if (end === undefined) issues.missing('end_ts', object);
  else if (typeof end !== 'string')
    issues.add('string_type', ['end_ts'], 'Input should be a valid string', end);
  const common = readCommon(object, issues);
  issues.throwIfAny();
  return {
    ...common,
    range: (nowMicros) => ({ kind: 'incremental', endMicros: parseLooseTime(end as string, nowMicros) }),
  };
}

function readBody(body: Uint8Array): { readonly object: JsonObject; readonly issues: Issues } {
  const object = requireObject(body.length === 0 ? null : parseJsonDocument(body));
  return { object, issues: new Issues() };
}

function readCommon(object: JsonObject, issues: Issues): Pick<MaterializeCommand, 'viewNames' | 'version'> {
  const named = object.get('feature_views');
  const viewNames = named === undefined || named === null ? null : readTexts(object, 'feature_views', issues);
  // It says how on-demand views see their sources; the rows of others are the same with and without it.
  readBoolean(object, 'full_feature_names', issues);
  return { viewNames, version: readOptionalText(object, 'version', issues) ?? null };
}

function rangeBetween(start: string | undefined, end: string | undefined, nowMicros: number): RequestedRange {
  if (!start || !end) {
    throw new InvalidRequestError('start_ts and end_ts are required when disable_event_timestamp is False');
  }
  const startMicros = parseTime(start, nowMicros);
  const endMicros = parseTime(end, nowMicros);
  if (startMicros >= endMicros) {
    throw new InvalidRequestError(
      `start_ts (${jobTimeText(startMicros)}) must be before end_ts (${jobTimeText(endMicros)})`,
    );
  }
  return { kind: 'between', startMicros, endMicros };
}

function parseTime(text: string, nowMicros: number): number {
  try {
    return parseLooseTime(text, nowMicros);
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    throw new InvalidRequestError(`Invalid timestamp format: ${error.message}`);
  }
}

/** Errors: InvalidValueError for what is no boolean. */
export function parseMode(query: Readonly<Record<string, unknown>>): MaterializeMode {
  return { isAsync: readFlag(query, 'async'), force: readFlag(query, 'force') };
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 't', 'yes', 'y', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'f', 'no', 'n', 'off'].map((word) => [word, false] as const),
]);

/** As pydantic reads a boolean of a query; of a name that is there more than once the last counts. */
function readFlag(query: Readonly<Record<string, unknown>>, name: string): boolean {
  const given = query[name];
  const text: unknown = Array.isArray(given) ? given.at(-1) : given;
  if (text === undefined) return false;
  const flag = typeof text === 'string' ? FLAGS.get(text.toLowerCase()) : undefined;
  if (flag !== undefined) return flag;
  const msg = 'Input should be a valid boolean, unable to interpret input';
  throw new InvalidValueError(msg, {
    issues: [{ type: 'bool_parsing', loc: ['query', name], msg, input: text }],
  });
}
