import type { Action } from '../../common/model/permission.js';

/** What a route of the server checks, as data: for its guard, its handler, its description and the tests. */
export interface RouteAccess {
  readonly route: string;
  /** For people: the resources that are checked. */
  readonly resources: string;
  /** By what the request asks for; the actions of one are needed together, in one permission. */
  readonly actions: Readonly<Record<string, readonly [Action, ...Action[]]>>;
}

const READ = 'the feature service, or every view that is named and every source view of on-demand views';
const MATERIALIZED = 'every view that is to be materialized';

/** Source: the matrix of Feast 0.66, and label views, which Feast's push writes unchecked. */
export const ROUTE_ACCESS = {
  getOnlineFeatures: {
    route: 'POST /get-online-features',
    resources: READ,
    actions: { read: ['READ_ONLINE'] },
  },
  search: { route: 'POST /search', resources: READ, actions: { read: ['READ_ONLINE'] } },
  retrieveOnlineDocuments: {
    route: 'POST /retrieve-online-documents',
    resources: READ,
    actions: { read: ['READ_ONLINE'] },
  },
  listVectorStores: {
    route: 'GET /v1/vector_stores',
    resources: 'every view with a vector index: those that are refused are left out',
    actions: { describe: ['DESCRIBE'] },
  },
  getVectorStore: {
    route: 'GET /v1/vector_stores/:vector_store_id',
    resources: 'the view',
    actions: { describe: ['DESCRIBE'] },
  },
  searchVectorStore: {
    route: 'POST /v1/vector_stores/:vector_store_id/search',
    resources: 'the view',
    actions: { read: ['READ_ONLINE'] },
  },
  push: {
    route: 'POST /push',
    resources: 'every feature, stream feature and label view that the push source feeds',
    actions: {
      online: ['WRITE_ONLINE'],
      offline: ['WRITE_OFFLINE'],
      online_and_offline: ['WRITE_OFFLINE', 'WRITE_ONLINE'],
    },
  },
  writeToOnlineStore: {
    route: 'POST /write-to-online-store',
    resources: 'the view',
    actions: { write: ['WRITE_ONLINE'] },
  },
  materialize: {
    route: 'POST /materialize',
    resources: MATERIALIZED,
    actions: { write: ['WRITE_ONLINE'] },
  },
  materializeIncremental: {
    route: 'POST /materialize-incremental',
    resources: MATERIALIZED,
    actions: { write: ['WRITE_ONLINE'] },
  },
  listMaterializationJobs: {
    route: 'GET /materialize/jobs',
    resources: 'every view of a job: jobs with one that is refused are left out',
    actions: { describe: ['DESCRIBE'] },
  },
  getMaterializationJob: {
    route: 'GET /materialize/jobs/:id',
    resources: 'every view of the job',
    actions: { describe: ['DESCRIBE'] },
  },
  cancelMaterializationJob: {
    route: 'DELETE /materialize/jobs/:id',
    resources: 'every view of the job',
    actions: { write: ['WRITE_ONLINE'] },
  },
} as const satisfies Readonly<Record<string, RouteAccess>>;

/** `WRITE_ONLINE, WRITE_OFFLINE, WRITE_OFFLINE + WRITE_ONLINE` */
export function describeActions({ actions }: RouteAccess): string {
  return Object.values(actions)
    .map((together) => together.join(' + '))
    .join(', ');
}
