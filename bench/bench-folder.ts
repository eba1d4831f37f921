import { join } from 'node:path';

import { CHECKOUT } from '../test/support/servers.ts';

/** What the benchmarks make is kept here from run to run. */
export const BENCH_FOLDER = join(CHECKOUT, '.salver/bench');

export type StoreName = 'sqlite' | 'redis';

/** Says how far it is, on stderr: the result alone can be piped. */
export type Say = (line: string) => void;
