/** The documents of a view under numbers that they keep: a document is an entity of which something was seen. */
export class DocumentTable {
  private readonly keys: Uint8Array[] = [];
  private readonly numbers = new Map<string, number>();
  private keyBytes = 0;

  get size(): number {
    return this.keys.length;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return 2 * this.keyBytes + OVERHEAD_BYTES * this.keys.length;
  }

  /** The number of a document, which is made when it is new. */
  numberOf(key: Uint8Array): number {
    const text = textOf(key);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const number = this.keys.push(key.slice()) - 1;
    this.numbers.set(text, number);
    this.keyBytes += key.length;
    return number;
  }

  /** Undefined for a document that was never seen. */
  find(key: Uint8Array): number | undefined {
    return this.numbers.get(textOf(key));
  }

  keyOf(number: number): Uint8Array {
    return this.keys[number] as Uint8Array;
  }
}

const OVERHEAD_BYTES = 160;

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
