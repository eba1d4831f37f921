import { availableParallelism } from 'node:os';

/** A benchmark: prints its result, answers the exit code. Errors: an Error that says what is missing or wrong. */
type Benchmark = (args: readonly string[]) => Promise<number>;

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  read: async () => (await import('./read/run.ts')).benchReads,
  workers: async () => (await import('./workers/run.ts')).benchWorkers,
  auth: async () => (await import('./auth/run.ts')).benchAuth,
  refresh: async () => (await import('./refresh/run.ts')).benchRefresh,
  overload: async () => (await import('./overload/run.ts')).benchOverload,
  push: async () => (await import('./push/run.ts')).benchPushes,
  transform: async () => (await import('./transform/run.ts')).benchTransform,
  search: async () => (await import('./search/run.ts')).benchSearch,
  materialize: async () => (await import('./materialize/run.ts')).benchMaterialize,
  'materialize-memory': async () => (await import('./materialize-memory/run.ts')).benchMaterializeMemory,
  'materialize-reads': async () => (await import('./materialize-reads/run.ts')).benchMaterializeReads,
};

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const load = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
  if (load === undefined) {
    throw new Error(
      `npm run bench -- NAME [options], with NAME one of ${Object.keys(BENCHMARKS).join(', ')}`,
    );
  }
  if (availableParallelism() < 2) throw new Error('the benchmarks need two cores');
  return (await load())(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
