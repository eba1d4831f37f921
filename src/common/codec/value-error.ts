import { InvalidValueError } from '../errors/errors.js';
import type { JsonValue } from '../model/json-value.js';
import { jsonToPlain } from './json-document.codec.js';
import { jsonText } from './json-text.js';
import type { ValueProblem } from './value-problem.js';

/** Of a value in a message; the whole of it, within limits, is the `input` of the issue. */
const SHOWN_CHARACTERS = 60;

/** Where a column stands in a request, and what it is. */
export interface ColumnPlace {
  /** Above the name of the column: `['body', 'entities']`. */
  readonly loc: readonly string[];
  readonly name: string;
  readonly values: readonly JsonValue[];
  /** The end of the sentence: `the join key driver_id is INT64`. */
  readonly what: string;
}

/** `driver_id[3]: "abc" is not an integer: the join key driver_id is INT64`, with `loc` down to the row. */
export function invalidColumnValue(problem: ValueProblem, place: ColumnPlace): InvalidValueError {
  const { row } = problem;
  const value = row === undefined ? undefined : place.values[row];
  const subject =
    value === undefined ? `${place.name}: the column` : `${place.name}[${row}]: ${shown(value)}`;
  const msg = `${subject} ${problem.reason}: ${place.what}`;
  return new InvalidValueError(msg, {
    issues: [
      {
        type: problem.type,
        loc: [...place.loc, place.name, ...(row === undefined ? [] : [row])],
        msg,
        ...(value === undefined ? {} : { input: jsonToPlain(value) }),
      },
    ],
  });
}

function shown(value: JsonValue): string {
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, SHOWN_CHARACTERS)) : jsonText(value);
  const isCut =
    text.length > SHOWN_CHARACTERS || (typeof value === 'string' && value.length > SHOWN_CHARACTERS);
  return isCut ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
