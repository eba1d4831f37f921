/* WebAssembly, written down by hand: what JavaScript has no word for is four additions at a time. */

/** Vectors whose numbers lie side by side: number `i` of each, then number `i + 1` of each. */
export const BLOCK_ROWS = 16;

/**
 * Computes one number for each vector of some blocks. Each sum is made in single precision in the order of the numbers.
 *
 * Shape:  places in the memory, in bytes: the first block, the query and its end, and where the numbers go.
 */
// oxlint-disable-next-line max-params -- an inner loop, which takes plain numbers
export type Kernel = (block: number, query: number, queryEnd: number, out: number, blocks: number) => void;

export interface VectorKernels {
  /** Distances by L2. */
  readonly l2: Kernel;
  readonly product: Kernel;
}

/** Where the vectors lie; its buffer is another one after it has grown. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  readonly grow: (pages: number) => number;
}

const LANE_BYTES = 16;
const LANES = (4 * BLOCK_ROWS) / LANE_BYTES;
const FLOAT_BYTES = 4;

/* Parameters and locals. */
const BLOCK = 0;
const QUERY = 1;
const QUERY_END = 2;
const OUT = 3;
const BLOCKS = 4;
const AT = 5;
const NUMBER = 6;
const TERM = 7;
const FIRST_SUM = 8;

/* Opcodes. Source: https://webassembly.github.io/spec/core/binary/instructions.html */
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const ADD = [0x6a];
const SUBTRACT = [0x6b];
const IS_BELOW = [0x49];
const LOOP = [0x03, 0x40];
const REPEAT_IF = [0x0d, 0x00];
const END = [0x0b];
const load = (offset: number): number[] => [0xfd, 0x00, 4, ...unsigned(offset)];
const loadInEach = [0xfd, 0x09, 2, 0];
const store = (offset: number): number[] => [0xfd, 0x0b, 4, ...unsigned(offset)];
const ZEROS = [0xfd, 0x0c, ...Array.from({ length: LANE_BYTES }, () => 0)];
const ROOTS = [0xfd, 0xe3, 0x01];
const ADD_EACH = [0xfd, 0xe4, 0x01];
const SUBTRACT_EACH = [0xfd, 0xe5, 0x01];
const MULTIPLY_EACH = [0xfd, 0xe6, 0x01];

const I32 = 0x7f;
const V128 = 0x7b;

/** Leaves the square of the difference to the query's number on the stack. */
function squaredDifference(lane: number): number[] {
  const difference = [...get(BLOCK), ...load(lane * LANE_BYTES), ...get(NUMBER), ...SUBTRACT_EACH];
  return [...difference, ...tee(TERM), ...get(TERM), ...MULTIPLY_EACH];
}

function multiplied(lane: number): number[] {
  return [...get(BLOCK), ...load(lane * LANE_BYTES), ...get(NUMBER), ...MULTIPLY_EACH];
}

/** For each block: sums of the terms over all numbers; four sums at a time do not wait for each other. */
function body(term: (lane: number) => number[], finish: readonly number[]): number[] {
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const sum = (lane: number): number => FIRST_SUM + lane;
  const advance = (local: number, by: number): number[] => [...get(local), ...constant(by), ...ADD];
  const code = [
    LOOP,
    lanes.flatMap((lane) => [...ZEROS, ...set(sum(lane))]),
    [...get(QUERY), ...set(AT)],
    LOOP,
    [...get(AT), ...loadInEach, ...set(NUMBER)],
    lanes.flatMap((lane) => [...get(sum(lane)), ...term(lane), ...ADD_EACH, ...set(sum(lane))]),
    [...advance(BLOCK, LANES * LANE_BYTES), ...set(BLOCK)],
    [...advance(AT, FLOAT_BYTES), ...tee(AT), ...get(QUERY_END), ...IS_BELOW],
    [...REPEAT_IF, ...END],
    lanes.flatMap((lane) => [...get(OUT), ...get(sum(lane)), ...finish, ...store(lane * LANE_BYTES)]),
    [...advance(OUT, LANES * LANE_BYTES), ...set(OUT)],
    [...get(BLOCKS), ...constant(1), ...SUBTRACT, ...tee(BLOCKS)],
    [...REPEAT_IF, ...END],
    END,
  ];
  const locals = [2, 1, I32, 2 + LANES, V128];
  return sized([...locals, ...code.flat()]);
}

const PARAMETERS = [I32, I32, I32, I32, I32];

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const text = (name: string): number[] => sized([...Buffer.from(name)]);
  const parts = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    [1, ...sized([1, 0x60, ...sized(PARAMETERS, PARAMETERS.length), 0])],
    [2, ...sized([1, ...text('m'), ...text('m'), 0x02, 0x00, 1])],
    [3, ...sized([2, 0, 0])],
    [7, ...sized([2, ...text('l2'), 0x00, 0, ...text('product'), 0x00, 1])],
    [10, ...sized([2, ...body(squaredDifference, ROOTS), ...body(multiplied, [])])],
  ];
  return Uint8Array.from(parts.flat());
}

/* The library of types has WebAssembly for browsers alone. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (size: { readonly initial: number }) => KernelMemory;
};

let compiled: object | undefined;

/** Kernels, and a memory of one page for them. */
export function vectorKernels(): VectorKernels & { readonly memory: KernelMemory } {
  compiled ??= new WebAssembly.Module(moduleBytes());
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(compiled, { m: { m: memory } });
  return { memory, ...(exports as VectorKernels) };
}

/** With its length, or another count, before it. */
function sized(bytes: readonly number[], count: number = bytes.length): number[] {
  return [...unsigned(count), ...bytes];
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Of a number that is not negative. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
