/** Definitions of one kind, remembered by their bytes, so that the same bytes are decoded once. */
export class ObjectMemory<T extends { readonly name: string }> {
  #known: ReadonlyMap<string, T | undefined> = new Map();

  /** `decode` answers undefined for a definition of another project. */
  constructor(private readonly decode: (bytes: Uint8Array) => T | undefined) {}

  /**
   * Shape:  definitions by name, of equal names the first. What was in the list before is the same object again;
   *         what is not in this list is forgotten.
   * Errors: those of `decode`.
   */
  decodeAll(objects: readonly Uint8Array[]): ReadonlyMap<string, T> {
    const seen = new Map<string, T | undefined>();
    const byName = new Map<string, T>();
    for (const bytes of objects) {
      // One character per byte: the key is the whole content, so two definitions cannot be mistaken.
      const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
      const object = this.#known.has(key) ? this.#known.get(key) : this.decode(bytes);
      seen.set(key, object);
      if (object !== undefined && !byName.has(object.name)) byName.set(object.name, object);
    }
    this.#known = seen;
    return byName;
  }
}
