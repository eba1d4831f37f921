import { sourcePlace } from '../offline-store/source-place.js';
import type { KnownSource } from './entry-ref.js';
import { decodeSourceText } from './push-record.codec.js';

/** A registry does not change so often. */
const MAX_KNOWN = 1000;

/** Keeps each source and each name once, however many entries have it. */
export class SourceRegister {
  private readonly sources = new Map<string, KnownSource>();
  private readonly names = new Map<string, string>();

  constructor(private readonly repoDir: string) {}

  /** Shape: the same object for the same text. Errors: CorruptDataError. */
  source(text: string): KnownSource {
    const known = this.sources.get(text);
    if (known !== undefined) return known;
    const source = decodeSourceText(text);
    const made = { key: sourcePlace(source, this.repoDir).base, source };
    remember(this.sources, copyOf(text), made);
    return made;
  }

  name(text: string): string {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    const copy = copyOf(text);
    remember(this.names, copy, copy);
    return copy;
  }
}

function remember<T>(known: Map<string, T>, key: string, value: T): void {
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, value);
}

/** Without the memory of the record that it was a part of. */
function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
