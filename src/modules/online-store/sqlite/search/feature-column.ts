/** The values of one feature by document, as filters see them: numbers (NaN for none) and texts (null for none). */
export class FeatureColumn {
  /** 1 for a document that has a row of the feature, be it a null. */
  present = new Uint8Array(0);
  numbers = new Float64Array(0);
  readonly texts: (string | null)[] = [];
  private textBytes = 0;

  constructor(documents: number) {
    this.resize(documents);
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return FeatureColumn.bytesFor(this.texts.length) + this.textBytes;
  }

  /** Of a column without texts. */
  static bytesFor(documents: number): number {
    return documents * BYTES_PER_DOCUMENT;
  }

  /** Makes room for further documents, of which nothing is known. */
  resize(documents: number): void {
    const { present, numbers, texts } = this;
    this.present = new Uint8Array(documents);
    this.present.set(present);
    this.numbers = new Float64Array(documents).fill(Number.NaN, numbers.length);
    this.numbers.set(numbers);
    while (texts.length < documents) texts.push(null);
  }

  /** In place of what was known of the document. */
  set(document: number, number: number | null, text: string | null): void {
    this.clear(document);
    this.present[document] = 1;
    if (number !== null) this.numbers[document] = number;
    this.texts[document] = text;
    this.textBytes += bytesOf(text);
  }

  clear(document: number): void {
    this.present[document] = 0;
    this.numbers[document] = Number.NaN;
    this.textBytes -= bytesOf(this.texts[document]!);
    this.texts[document] = null;
  }
}

const BYTES_PER_DOCUMENT = 17;
const TEXT_OVERHEAD = 24;

function bytesOf(text: string | null): number {
  return text === null ? 0 : TEXT_OVERHEAD + 2 * text.length;
}
