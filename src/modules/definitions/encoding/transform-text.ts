import { create } from '@bufbuild/protobuf';
import { TYPESCRIPT_TEXT_MARK } from '../../../common/model/typescript-text.js';
import {
  FeatureTransformationV2Schema,
  type FeatureTransformationV2,
} from '../../../generated/feast/core/Transformation_pb.js';

const FUNCTION_NAME = 'computed_by_salver';
/** Before each line of the function in TypeScript. */
const SOURCE_MARK = '# | ';

/**
 * A transformation that is written in TypeScript, as the registry keeps it: the text of a Python function that Feast can
 * load, and that says who can compute the view when it is called; the TypeScript is in comments above it, so that a
 * change of it is a change of the registry. Feast loads functions from their text, so no pickled body is needed.
 *
 * Shape: the same text for the same function and view, always.
 */
export function encodeTransform(view: string, source: string): FeatureTransformationV2 {
  const lines = source.toWellFormed().replace(/\r\n?/g, '\n').split('\n').map(commentLine);
  const reason = `The on-demand feature view ${view.toWellFormed()} is written in TypeScript: only Salver computes it.`;
  const bodyText = [
    TYPESCRIPT_TEXT_MARK,
    ...lines,
    `def ${FUNCTION_NAME}(inputs):`,
    `    raise NotImplementedError(${pythonString(reason)})`,
    '',
  ].join('\n');
  return create(FeatureTransformationV2Schema, {
    transformation: {
      case: 'userDefinedFunction',
      value: { name: FUNCTION_NAME, body: new Uint8Array(), bodyText, mode: 'python' },
    },
  });
}

/** Python ends a line, or refuses a text, at signs that TypeScript may hold. */
function commentLine(line: string): string {
  return SOURCE_MARK + line.trimEnd().replace(/(?!\t)\p{Cc}/gu, escaped);
}

function pythonString(text: string): string {
  return `"${text.replace(/["\\]|[^ -~]/gu, escaped)}"`;
}

function escaped(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
