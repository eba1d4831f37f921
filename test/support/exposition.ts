import { within } from './salver-process.ts';

/** One metric of an exposition in the text format 0.0.4. */
export interface ExposedMetric {
  readonly type: string;
  /** `name{label="value"}` → the value. */
  readonly samples: ReadonlyMap<string, number>;
}

/** Errors: an Error for a line that is none of the format, a sample outside its metric, a series that comes twice. */
export function parseExposition(text: string): Map<string, ExposedMetric> {
  const metrics = new Map<string, { type: string; samples: Map<string, number> }>();
  let name = '';
  for (const line of text.split('\n').filter((candidate) => candidate !== '')) {
    const [, keyword, metric, rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP' && metric !== undefined) {
      name = metric;
      if (metrics.has(name)) throw new Error(`${name} comes twice`);
      metrics.set(name, { type: '', samples: new Map() });
    } else if (keyword === 'TYPE' && metric === name && rest !== undefined) {
      (metrics.get(name) as { type: string }).type = rest;
    } else {
      readSample(line, name, metrics.get(name)?.samples);
    }
  }
  return metrics;
}

function readSample(line: string, metric: string, samples: Map<string, number> | undefined): void {
  const [, series, value] = /^([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*\})?) (\S+)$/.exec(line) ?? [];
  if (series === undefined || value === undefined || !series.startsWith(metric) || !samples) {
    throw new Error(`not a sample of ${metric}: ${line}`);
  }
  if (samples.has(series)) throw new Error(`${series} comes twice`);
  const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
  samples.set(series, number);
}

/** Asks for the metrics at an address. */
export async function scrape(url: string): Promise<Map<string, ExposedMetric>> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
  return parseExposition(await answer.text());
}

/** One sample; 0 when it is not there. */
export function sample(metrics: ReadonlyMap<string, ExposedMetric>, metric: string, series = metric): number {
  return metrics.get(metric)?.samples.get(series) ?? 0;
}

/** Resolves when all workers have a registry: before, they answer 503. Errors: an Error when time is up. */
export async function registriesTaken(url: string, workers: number): Promise<void> {
  const taken = await within(60_000, async () => {
    const metric = (await scrape(url)).get('salver_registry_generation');
    const generations = [...(metric?.samples.values() ?? [])];
    return generations.filter((generation) => generation > 0).length === workers + 1 ? true : undefined;
  });
  if (taken === undefined) throw new Error('the workers have no registry');
}
