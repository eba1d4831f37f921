/** Why a pattern cannot be used. */
export class PatternRefusal extends Error {}

/** The text of a pattern, character by character. Positions count characters, as Python does. */
export class PatternReader {
  private readonly characters: readonly string[];
  private at = 0;

  constructor(text: string) {
    this.characters = Array.from(text);
  }

  get position(): number {
    return this.at;
  }

  get length(): number {
    return this.characters.length;
  }

  /** Empty at the end. */
  peek(): string {
    return this.characters[this.at] ?? '';
  }

  next(): string {
    const character = this.peek();
    this.at++;
    return character;
  }

  /** Goes beyond `text` if it stands here. */
  take(text: string): boolean {
    const here = this.characters.slice(this.at, this.at + text.length).join('');
    if (here !== text) return false;
    this.at += text.length;
    return true;
  }

  /** The longest text of at most `limit` characters that all fit. */
  takeWhile(fits: (character: string) => boolean, limit = Infinity): string {
    let taken = '';
    for (let count = 0; count < limit && this.peek() !== '' && fits(this.peek()); count++)
      taken += this.next();
    return taken;
  }

  /** Goes back to where `position` was. */
  seek(position: number): void {
    this.at = position;
  }

  refuse(why: string, position = this.at): PatternRefusal {
    return new PatternRefusal(`${why} at position ${position}`);
  }
}
