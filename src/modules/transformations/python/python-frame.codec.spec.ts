import { describe, expect, it } from 'vitest';
import { encodePythonFrame, PythonFrameReader } from './python-frame.codec.js';

const FRAMES = Buffer.concat([
  encodePythonFrame('{"id":1}', []),
  encodePythonFrame('{"id":2,"text":"é"}', [Buffer.from([1, 2]), Buffer.from([3])]),
  encodePythonFrame('{}', [Buffer.alloc(70_000, 9)]),
]);

describe('PythonFrameReader', () => {
  it.each([1, 3, 7, 11, 4096, FRAMES.length])('finds frames in pieces of %d bytes', (size) => {
    const reader = new PythonFrameReader();
    const frames = [];
    for (let at = 0; at < FRAMES.length; at += size)
      frames.push(...reader.read(FRAMES.subarray(at, at + size)));
    expect(frames.map(({ header }) => header)).toEqual([{ id: 1 }, { id: 2, text: 'é' }, {}]);
    expect(frames.map(({ payload }) => payload.length)).toEqual([0, 3, 70_000]);
    expect([...frames[1]!.payload]).toEqual([1, 2, 3]);
  });

  it('takes no frame of a gigabyte, and no text that is no JSON', () => {
    expect(() => new PythonFrameReader().read(Buffer.from('Traceback (most recent call last)'))).toThrow(
      'no answer',
    );
    expect(() => new PythonFrameReader().read(encodePythonFrame('{"id":', []))).toThrow('JSON');
  });
});
