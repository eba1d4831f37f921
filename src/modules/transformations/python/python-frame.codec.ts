/** Two lengths of four bytes each, then a JSON document, then bytes that it describes. */
const HEAD_BYTES = 8;
const MAX_FRAME_BYTES = 1 << 30;

/** What Python answers. */
export interface PythonFrame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Uint8Array;
}

/** Shape: `header` is JSON text. */
export function encodePythonFrame(header: string, payload: readonly Uint8Array[]): Buffer {
  const text = Buffer.from(header);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(text.length, 0);
  head.writeUInt32BE(
    payload.reduce((sum, { length }) => sum + length, 0),
    4,
  );
  return Buffer.concat([head, text, ...payload]);
}

/** Finds frames in what a socket brings. */
export class PythonFrameReader {
  private chunks: Buffer[] = [];
  private length = 0;

  /** Errors: Error for what is no frame: nothing more can be read then. */
  read(chunk: Buffer): PythonFrame[] {
    this.chunks.push(chunk);
    this.length += chunk.length;
    const frames: PythonFrame[] = [];
    for (let frame = this.next(); frame; frame = this.next()) frames.push(frame);
    return frames;
  }

  private next(): PythonFrame | undefined {
    if (this.length < HEAD_BYTES) return undefined;
    const head = this.joined(HEAD_BYTES);
    const textLength = head.readUInt32BE(0);
    const total = HEAD_BYTES + textLength + head.readUInt32BE(4);
    if (total > MAX_FRAME_BYTES) throw new Error('Python sent what is no answer');
    if (this.length < total) return undefined;
    const bytes = this.joined(total);
    const textEnd = HEAD_BYTES + textLength;
    const header = JSON.parse(bytes.toString('utf8', HEAD_BYTES, textEnd)) as PythonFrame['header'];
    this.chunks = [bytes.subarray(total)];
    this.length -= total;
    return { header, payload: bytes.subarray(textEnd, total) };
  }

  /** The first chunk, with so many bytes at least. */
  private joined(count: number): Buffer {
    const [first] = this.chunks;
    if (first && first.length >= count) return first;
    const all = Buffer.concat(this.chunks);
    this.chunks = [all];
    return all;
  }
}
