import type { Deadline } from '../../common/model/deadline.js';

/** What a look at a registry found. An etag names a content: equal etags mean equal bytes. */
export type RegistryRead =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'found'; readonly etag: string; readonly bytes: Uint8Array };

export interface RegistrySourceCapabilities {
  /** `probe` costs so little that it can be asked every second; otherwise it is not asked at all. */
  readonly cheapProbe: boolean;
}

/** Where a registry is kept: a file, an object, a database, another server. Reading never writes anything. */
export abstract class RegistrySource {
  abstract readonly capabilities: RegistrySourceCapabilities;

  /** For messages: a path or an address, without anything secret. */
  abstract readonly location: string;

  /**
   * Shape:  the whole registry; `unchanged` when it is still the one that `knownEtag` names. What is being written
   *         at this moment is waited for, not returned half.
   * Errors: UnavailableError (cannot be reached or read, keeps changing, or `deadline` passed).
   */
  abstract read(knownEtag: string | undefined, deadline: Deadline): Promise<RegistryRead>;

  /**
   * Shape:  a text that differs once the registry may have changed. It may miss a change, so a full read now and
   *         then is still needed.
   * Errors: UnavailableError.
   */
  abstract probe(deadline: Deadline): Promise<string>;

  /**
   * Shape:  replaces the registry as a whole if it still is the one that `expectedEtag` names (null: if there is
   *         none yet), and answers the new etag. After an UnavailableError it may have been replaced or not.
   * Errors: ConflictError (somebody else was first), UnavailableError.
   */
  abstract write(bytes: Uint8Array, expectedEtag: string | null, deadline: Deadline): Promise<string>;

  /** Releases connections. Called once. */
  abstract close(): Promise<void>;
}
