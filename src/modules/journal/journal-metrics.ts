import type { BoundCounter } from '../metrics/bound-metrics.js';
import type { MetricSamples } from '../metrics/metrics-report.js';
import type { CounterName, GaugeName } from '../metrics/server-metrics.js';
import type { JournalState } from './journal-tailer.js';

/** Where the counters of a process are; undefined for one that is off. */
export interface CounterSource {
  counter(name: CounterName): BoundCounter | undefined;
}

/** Counts what becomes of entries: the counting half of a `JournalObserver`. */
export class JournalMetrics {
  private readonly failures;
  private readonly letters;

  constructor(counters: CounterSource) {
    this.failures = counters.counter('salver_journal_flush_failures_total')?.bind();
    this.letters = counters.counter('salver_journal_dead_letters_total')?.bind();
  }

  flushFailed(): void {
    this.failures?.add(1);
  }

  deadLettered(entries: number): void {
    this.letters?.add(entries);
  }
}

/** What waits now, as gauges. */
export function journalGauges({ entriesWaiting, bytes, oldestAgeSeconds }: JournalState): MetricSamples {
  return [
    gauge('salver_journal_entries_waiting', entriesWaiting),
    gauge('salver_journal_bytes', bytes),
    gauge('salver_journal_oldest_age_seconds', oldestAgeSeconds),
  ];
}

function gauge(name: GaugeName, value: number): MetricSamples[number] {
  return [name, [[name, value]]];
}
