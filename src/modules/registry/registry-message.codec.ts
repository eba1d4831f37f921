import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { fromBinary } from '@bufbuild/protobuf';
import { CorruptDataError } from '../../common/errors/errors.js';

/**
 * Shape:  one message of the registry, or all of it. Fields that this version does not know are kept.
 * Errors: CorruptDataError, which says that `what` does not decode.
 */
export function parseMessage<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  what: string,
): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CorruptDataError(`${what} does not decode (${bytes.length} bytes): ${reason}`, {
      cause: error,
    });
  }
}
