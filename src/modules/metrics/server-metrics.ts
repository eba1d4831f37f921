import type { MetricDefinition } from './metric-definition.js';

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const READ_SECONDS = [0.001, ...REQUEST_SECONDS] as const;
const TRANSFORMATION_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
const MATERIALIZATION_SECONDS = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600] as const;
const OFFLINE_SECONDS = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600] as const;
const ENTITY_ROWS = [1, 5, 10, 25, 50, 100, 250, 500, 1000] as const;
const GROUP_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500] as const;
const OFFLINE_ROWS = [100, 1e3, 1e4, 1e5, 5e5, 1e6, 5e6] as const;

/**
 * Every metric there is. Those of Feast have its names, labels and buckets; ours begin with `salver_`.
 *
 * Source: spec/metrics.md part 2.
 */
export const SERVER_METRICS = [
  gauge('feast_feature_server_cpu_usage', ['pid'], 'resource', 'CPU percent of a server process'),
  gauge(
    'feast_feature_server_memory_usage',
    ['pid'],
    'resource',
    'Share of the physical memory that a server process uses, percent',
  ),
  counter(
    'feast_feature_server_request_total',
    ['endpoint', 'status'],
    'request',
    'Requests handled, by route and outcome',
  ),
  histogram(
    'feast_feature_server_request_latency_seconds',
    ['endpoint', 'feature_count', 'feature_view_count'],
    { category: 'request', buckets: REQUEST_SECONDS, help: 'Time to handle a request' },
  ),
  counter('feast_online_features_request_total', [], 'online_features', 'Online reads'),
  histogram('feast_online_features_entity_count', [], {
    category: 'online_features',
    buckets: ENTITY_ROWS,
    help: 'Entity rows per online read',
  }),
  counter(
    'feast_online_features_status_total',
    ['feature_view', 'status'],
    'online_features',
    'Feature values returned, by view and status',
  ),
  histogram('feast_feature_server_online_store_read_duration_seconds', [], {
    category: 'online_features',
    buckets: READ_SECONDS,
    help: 'Time in the online store per online read',
  }),
  histogram('feast_feature_server_transformation_duration_seconds', ['odfv_name', 'mode'], {
    category: 'online_features',
    buckets: TRANSFORMATION_SECONDS,
    help: 'Time of on-demand transformations at read',
  }),
  histogram('feast_feature_server_write_transformation_duration_seconds', ['odfv_name', 'mode'], {
    category: 'online_features',
    buckets: TRANSFORMATION_SECONDS,
    help: 'Time of on-demand transformations at write',
  }),
  counter(
    'salver_stale_vectors_total',
    ['feature_service'],
    'push',
    'Writes after which the vectors of a precomputed feature service could not be made anew',
  ),
  counter('feast_push_request_total', ['push_source', 'mode'], 'push', 'Pushes accepted'),
  counter(
    'feast_materialization_result_total',
    ['feature_view', 'status'],
    'materialization',
    'Materialization runs, by view and outcome',
  ),
  alias(
    'feast_materialization_total',
    'feast_materialization_result_total',
    'materialization',
    'The same as feast_materialization_result_total',
  ),
  histogram('feast_materialization_duration_seconds', ['feature_view'], {
    category: 'materialization',
    buckets: MATERIALIZATION_SECONDS,
    help: 'Time of a materialization run per view',
  }),
  gauge(
    'feast_feature_freshness_seconds',
    ['feature_view', 'project'],
    'freshness',
    'Age of the newest time up to which a view is materialized',
  ),
  counter(
    'feast_offline_store_request_total',
    ['method', 'status'],
    'offline_features',
    'Retrievals from the offline store',
  ),
  histogram('feast_offline_store_request_latency_seconds', ['method'], {
    category: 'offline_features',
    buckets: OFFLINE_SECONDS,
    help: 'Time of a retrieval from the offline store',
  }),
  histogram('feast_offline_store_row_count', ['method'], {
    category: 'offline_features',
    buckets: OFFLINE_ROWS,
    help: 'Rows of a retrieval from the offline store',
  }),

  gauge('salver_build_info', ['version', 'node_version'], 'always', 'Always 1: the version that runs'),
  gauge(
    'salver_event_loop_lag_seconds',
    ['pid'],
    'resource',
    'Longest time by which a timer of a process was late in the last seconds',
  ),
  gauge('salver_requests_in_flight', [], 'request', 'Requests that are being answered'),
  gauge('salver_open_connections', [], 'request', 'Connections of clients'),
  counter(
    'salver_shed_requests_total',
    ['reason'],
    'request',
    'Requests refused because of too much load, by reason',
  ),
  counter(
    'salver_store_errors_total',
    ['kind'],
    'online_features',
    'Online reads that the online store failed, by kind of failure',
  ),
  counter(
    'salver_non_finite_cells_total',
    [],
    'online_features',
    'Stored values that are NaN or infinite and were answered as null',
  ),
  counter(
    'salver_row_cache_hits_total',
    [],
    'online_features',
    'Rows of online reads that were found in the memory of a worker',
  ),
  counter(
    'salver_row_cache_misses_total',
    [],
    'online_features',
    'Rows of online reads that were looked for in the memory of a worker and read from the store',
  ),
  counter(
    'salver_blocking_transformations_total',
    ['odfv_name'],
    'online_features',
    'On-demand functions that held up their process for longer than transform_timeout_ms',
  ),
  gauge('salver_registry_generation', ['pid'], 'always', 'Registries taken since the start, by process'),
  gauge('salver_registry_age_seconds', [], 'always', 'Time since the registry that is served was taken'),
  gauge(
    'salver_registry_last_check_success',
    [],
    'always',
    '1 when the last look at the registry found nothing wrong, else 0',
  ),
  counter('salver_worker_restarts_total', ['reason'], 'always', 'Workers that ended and were replaced'),
  gauge('salver_writer_queue_bytes', [], 'always', 'Bytes that wait in the writer process to be stored'),
  histogram('salver_writer_group_size', [], {
    category: 'push',
    buckets: GROUP_SIZES,
    help: 'Writes that were stored in one transaction of the writer process',
  }),
  histogram('salver_writer_commit_seconds', [], {
    category: 'push',
    buckets: READ_SECONDS,
    help: 'Time of a transaction of the writer process, until it is on the disk',
  }),
  counter(
    'salver_writer_restarts_total',
    ['reason'],
    'always',
    'Writer processes that ended and were replaced',
  ),
  counter('salver_audit_lines_lost_total', [], 'always', 'Lines of the audit log that could not be written'),
  gauge(
    'salver_journal_entries_waiting',
    [],
    'push',
    'Offline pushes that are acknowledged and not in the offline store yet, counted per batch source',
  ),
  gauge('salver_journal_bytes', [], 'push', 'Size of the files of the journal of offline pushes'),
  gauge(
    'salver_journal_oldest_age_seconds',
    [],
    'push',
    'Time since the oldest offline push that waits was received; 0 when none waits',
  ),
  counter(
    'salver_journal_flush_failures_total',
    [],
    'push',
    'Batches of offline pushes that the offline store failed, and that are tried again',
  ),
  counter(
    'salver_journal_dead_letters_total',
    [],
    'push',
    'Offline pushes that the offline store never takes, and that are kept as dead letters',
  ),
] as const satisfies readonly MetricDefinition[];

type ServerMetric = (typeof SERVER_METRICS)[number];
export type CounterName = Extract<ServerMetric, { kind: 'counter' }>['name'];
export type HistogramName = Extract<ServerMetric, { kind: 'histogram' }>['name'];
export type GaugeName = Extract<ServerMetric, { kind: 'gauge' }>['name'];

type Category = MetricDefinition['category'];

function counter<const N extends string>(
  name: N,
  labels: readonly string[],
  category: Category,
  help: string,
) {
  return { kind: 'counter', name, labels, category, help } as const;
}

function gauge<const N extends string>(name: N, labels: readonly string[], category: Category, help: string) {
  return { kind: 'gauge', name, labels, category, help } as const;
}

function alias<const N extends string>(name: N, of: string, category: Category, help: string) {
  return { kind: 'alias', name, of, labels: [] as readonly string[], category, help } as const;
}

function histogram<const N extends string>(
  name: N,
  labels: readonly string[],
  rest: { readonly category: Category; readonly buckets: readonly number[]; readonly help: string },
) {
  return { kind: 'histogram', name, labels, ...rest } as const;
}
