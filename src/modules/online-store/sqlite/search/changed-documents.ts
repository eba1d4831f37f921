/** Keys of entities that may have changed, in the order in which that was heard of. */
export class ChangedDocuments {
  private keys: Uint8Array[] = [];
  private dropped = 0;

  /** How many were heard of; it never shrinks. */
  get heard(): number {
    return this.dropped + this.keys.length;
  }

  get kept(): number {
    return this.keys.length;
  }

  /** About how much memory they take. */
  get bytes(): number {
    return BYTES_PER_KEY * this.keys.length;
  }

  add(keys: readonly Uint8Array[]): void {
    for (const key of keys) this.keys.push(key);
  }

  /** What came after the first `heard`, each key once. They must not have been dropped. */
  since(heard: number): readonly Uint8Array[] {
    const distinct = new Map<string, Uint8Array>();
    for (let at = heard - this.dropped; at < this.keys.length; at++) {
      const key = this.keys[at]!;
      distinct.set(Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1'), key);
    }
    return [...distinct.values()];
  }

  /** Drops the first `heard`. */
  drop(heard: number): void {
    const count = heard - this.dropped;
    if (count <= 0) return;
    this.keys = this.keys.slice(count);
    this.dropped = heard;
  }
}

const BYTES_PER_KEY = 150;
