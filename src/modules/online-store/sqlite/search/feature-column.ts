/** The values of one feature by document, as filters see them: numbers (NaN for none) and texts (null for none). */
export class FeatureColumn {
  /** 1 for a document that has a row of the feature, be it a null. */
  readonly present: Uint8Array;
  readonly numbers: Float64Array;
  readonly texts: (string | null)[];
  /** About how much memory it takes. */
  bytes: number;

  constructor(documents: number) {
    this.present = new Uint8Array(documents);
    this.numbers = new Float64Array(documents).fill(Number.NaN);
    this.texts = Array.from({ length: documents }, () => null);
    this.bytes = FeatureColumn.bytesFor(documents);
  }

  /** Of a column without texts. */
  static bytesFor(documents: number): number {
    return documents * BYTES_PER_DOCUMENT;
  }

  set(document: number, number: number | null, text: string | null): void {
    this.present[document] = 1;
    if (number !== null) this.numbers[document] = number;
    if (text === null) return;
    this.texts[document] = text;
    this.bytes += TEXT_OVERHEAD + 2 * text.length;
  }
}

const BYTES_PER_DOCUMENT = 17;
const TEXT_OVERHEAD = 24;
