import { Injectable } from '@nestjs/common';
import {
  FeatureServerError,
  InvalidRequestError,
  InvalidValueError,
  UnavailableError,
} from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';
import { AccessPolicy } from '../auth/access-policy.js';
import type { Caller } from '../auth/caller.js';
import { viewResource } from '../auth/resource.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import type { SearchPlan } from './search-plan.js';
import { SearchPlanner } from './search-planner.js';
import { distanceMetric } from './distance-metric.js';
import { DocumentFinder } from './document-finder.js';
import type { EmbeddingProvider } from './embeddings/embedding-provider.js';
import type { SearchObserver, SeenSearch } from './search-observer.js';
import {
  findVectorStore,
  type VectorStore,
  vectorStores,
  type VectorStoreView,
} from './vector-store-registry.js';
import { writeSearchPage } from './vector-store-page.js';
import type { VectorStoreSearchRequest } from './vector-store-search.request.js';

const ENDPOINT = '/v1/vector_stores/{vector_store_id}/search';
const DESCRIBE = ROUTE_ACCESS.getVectorStore.actions.describe;
const READ = ROUTE_ACCESS.searchVectorStore.actions.read;

/** What makes vectors of texts, and what watches; one token, because a service takes four things. */
export abstract class VectorStoreParts {
  abstract readonly embeddings: EmbeddingProvider;
  abstract readonly observer: SearchObserver;
}

/** Views with a vector index, as clients of OpenAI see them. */
@Injectable()
export class VectorStoresService {
  constructor(
    private readonly planner: SearchPlanner,
    private readonly policy: AccessPolicy,
    private readonly finder: DocumentFinder,
    private readonly parts: VectorStoreParts,
  ) {}

  /** What the caller may not see is left out. */
  list(caller: Caller): readonly VectorStore[] {
    return [...vectorStores(this.planner.snapshot()).values()]
      .filter(({ view }) => this.policy.allows(caller, DESCRIBE, [viewResource(view)]))
      .map(({ store }) => store);
  }

  /** Errors: NotFoundError, PermissionDeniedError. */
  get(caller: Caller, id: string): VectorStore {
    const { store, view } = findVectorStore(this.planner.snapshot(), id);
    this.policy.assertAllowed(caller, DESCRIBE, [viewResource(view)]);
    return store;
  }

  /**
   * The page of results, as JSON text.
   *
   * Errors: NotFoundError, PermissionDeniedError, InvalidValueError (what this server does not do, and a text without a
   *         model); UnavailableError when model, registry or store cannot answer before the deadline.
   */
  // oxlint-disable-next-line max-params -- who searches what, where, and for how long
  search(caller: Caller, id: string, request: VectorStoreSearchRequest, deadline: Deadline): Promise<Buffer> {
    return this.parts.observer.observe(caller, ENDPOINT, async (seen) => {
      const found = findVectorStore(this.planner.snapshot(), id);
      this.policy.assertAllowed(caller, READ, [viewResource(found.view)]);
      try {
        return await this.page(found, request, deadline, seen);
      } catch (error) {
        throw asOpenAi(error);
      }
    });
  }

  // oxlint-disable-next-line max-params -- what is searched, for how long, and who watches
  private async page(
    { store, view }: VectorStoreView,
    request: VectorStoreSearchRequest,
    deadline: Deadline,
    seen: SeenSearch,
  ): Promise<Buffer> {
    if (request.unsupported.length > 0) {
      throw new InvalidValueError(
        `The following parameters are not yet supported: ${request.unsupported.join(', ')}. Remove them from the request or wait for a future release that implements them.`,
      );
    }
    const plan = this.planner.planOfView(view.name, request.features);
    seen.plan = plan;
    const vector = await this.parts.embeddings.embed(request.queries.join(' '), deadline);
    assertLength(vector, plan);
    const { filter } = request;
    const mode = this.planner.mode({ vector, text: undefined, version: 2, filter }, plan);
    const metric = distanceMetric(plan.vectorField.vectorSearchMetric, undefined);
    const terms = { ...mode, metric, filter, filterTime: 'before', topK: request.maxResults } as const;
    const documents = await this.finder.find(plan, terms, deadline);
    seen.documents = documents.hits.keys.length;
    return writeSearchPage({ store, plan, metric, queries: request.queries, documents });
  }
}

/** Errors: InvalidValueError for a vector of another length than those of the view. */
function assertLength(vector: readonly number[], { searched, vectorField }: SearchPlan): void {
  if (vector.length === searched.vector.length) return;
  throw new InvalidValueError(
    `the embedding model makes vectors of ${vector.length} numbers, but ${searched.viewName}:${vectorField.name} has vectors of ${searched.vector.length}: it must be the model that made those of the documents`,
  );
}

/** What is wrong with a search, as clients of OpenAI are told it. */
function asOpenAi(error: unknown): unknown {
  if (!(error instanceof FeatureServerError)) return error;
  const { message } = error;
  if (error instanceof UnavailableError)
    return new UnavailableError(message, { openAiType: 'server_error', cause: error });
  if (error instanceof InvalidRequestError || error instanceof InvalidValueError) {
    return new InvalidValueError(message, { openAiType: 'invalid_request_error', cause: error });
  }
  return error;
}
