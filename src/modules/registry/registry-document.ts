import { randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import { RegistrySchema } from '../../generated/feast/core/Registry_pb.js';
import { parseMessage } from './registry-message.codec.js';

/** What Feast writes into every registry; it has never had another. */
const REGISTRY_SCHEMA_VERSION = '1';

/**
 * A registry that is about to be changed. Everything that is not touched is written back as it was, fields that
 * this version does not know included, at any depth.
 */
export class RegistryDocument {
  private constructor(
    /** To be changed in place. */
    readonly registry: Registry,
  ) {}

  /** Errors: CorruptDataError. */
  static decode(bytes: Uint8Array): RegistryDocument {
    return new RegistryDocument(parseMessage(RegistrySchema, bytes, 'The registry'));
  }

  /** A registry without anything, as one begins. */
  static empty(): RegistryDocument {
    return new RegistryDocument(create(RegistrySchema, { registrySchemaVersion: REGISTRY_SCHEMA_VERSION }));
  }

  /** Shape: the bytes of a registry file, under a new version id. Units: `writtenAtMs` since the epoch. */
  encode(writtenAtMs: number): Uint8Array {
    this.registry.versionId = randomUUID();
    this.registry.lastUpdated = timestampFromMs(writtenAtMs);
    return toBinary(RegistrySchema, this.registry);
  }
}
