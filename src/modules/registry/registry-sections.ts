import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { CorruptDataError } from '../../common/errors/errors.js';
import { RegistrySchema } from '../../generated/feast/core/Registry_pb.js';

/** Names of the members of `feast.core.Registry`, as the generated code calls them. */
export type RegistryMember = keyof typeof RegistrySchema.field;

const NONE: readonly Uint8Array[] = Object.freeze([]);

const MEMBERS: ReadonlyMap<number, RegistryMember> = new Map(
  (Object.keys(RegistrySchema.field) as RegistryMember[]).map((name) => [
    RegistrySchema.field[name].number,
    name,
  ]),
);

/**
 * The outermost level of a registry: where each definition begins and ends, undecoded. A registry of many
 * thousand definitions hardly differs from the one before, so most of it need not be decoded at all.
 */
export class RegistrySections {
  private constructor(private readonly members: ReadonlyMap<RegistryMember, readonly Uint8Array[]>) {}

  /** Shape: ranges of `bytes`, nothing is copied. Errors: CorruptDataError (what is cut off, or no protobuf). */
  static scan(bytes: Uint8Array): RegistrySections {
    const members = new Map<RegistryMember, Uint8Array[]>();
    try {
      const reader = new BinaryReader(bytes);
      while (reader.pos < reader.len) scanField(reader, members);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CorruptDataError(`The registry does not decode (${bytes.length} bytes): ${reason}`, {
        cause: error,
      });
    }
    return new RegistrySections(members);
  }

  /** Shape: the values of a repeated member in their order. */
  all(member: RegistryMember): readonly Uint8Array[] {
    return this.members.get(member) ?? NONE;
  }

  /** Shape: the value of a singular member: the last one that was written. */
  last(member: RegistryMember): Uint8Array | undefined {
    return this.members.get(member)?.at(-1);
  }
}

function scanField(reader: BinaryReader, members: Map<RegistryMember, Uint8Array[]>): void {
  const [number, wireType] = reader.tag();
  const member = MEMBERS.get(number);
  // Every member of a registry is a text or a message, so what comes in another form is none of them.
  if (member === undefined || wireType !== WireType.LengthDelimited) {
    reader.skip(wireType, number);
    return;
  }
  const range = reader.bytes();
  const ranges = members.get(member);
  if (ranges === undefined) members.set(member, [range]);
  else ranges.push(range);
}
