import { Injectable } from '@nestjs/common';
import { SalverConfiguration } from '../../common/config/configuration.module.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { Caller } from '../auth/caller.js';
import { distanceMetric } from './distance-metric.js';
import { DocumentFinder, type FoundDocuments } from './document-finder.js';
import { DocumentRows } from './document-rows.js';
import { feastVectorSink } from './feast-vector-sink.js';
import { writeSearchAnswer } from './search-answer.js';
import { type Answered, firstForm, rowOrder, secondForm } from './search-columns.js';
import { SearchObserver } from './search-observer.js';
import { SearchPlanner } from './search-planner.js';
import type { SearchRequest } from './search.request.js';

/** Answers `/search`: look up, authorise, search, read, render. */
@Injectable()
export class SearchService {
  private readonly isFeast: boolean;

  constructor(
    private readonly planner: SearchPlanner,
    private readonly finder: DocumentFinder,
    private readonly observer: SearchObserver,
    salver: SalverConfiguration,
  ) {
    this.isFeast = salver.config.readSemantics === 'feast';
  }

  /**
   * The answer to a search, as JSON text.
   *
   * Errors:  InvalidValueError, InvalidRequestError, NotFoundError, NotSupportedError, PermissionDeniedError;
   *          UnavailableError when registry or store cannot answer before the deadline.
   */
  // oxlint-disable-next-line max-params -- who searches what, where, and for how long
  search(caller: Caller, request: SearchRequest, endpoint: string, deadline: Deadline): Promise<Buffer> {
    return this.observer.observe(caller, endpoint, async (seen) => {
      const plan = this.planner.plan(caller, request);
      seen.plan = plan;
      const mode = this.planner.mode(request, plan);
      // Feast knows no search by both, so there it is done as it should be.
      const asFeast = this.isFeast && (mode.vector === undefined || mode.text === undefined);
      const found = await this.find({ request, plan, mode, asFeast }, deadline);
      seen.documents = found.hits.keys.length;
      return this.render({ request, plan, mode, asFeast, found });
    });
  }

  private find(
    { request, plan, mode, asFeast }: Omit<Answered, 'found'>,
    deadline: Deadline,
  ): Promise<FoundDocuments> {
    const { metric, filter, topK, version } = request;
    // What Feast is known to do with vectors, where it knows filters at all.
    const asFeastByVector = asFeast && version === 2 && mode.vector !== undefined;
    const terms = {
      ...mode,
      metric: distanceMetric(plan.vectorField.vectorSearchMetric, metric),
      filter,
      filterTime: asFeastByVector ? 'after' : 'before',
      topK,
    } as const;
    const vectorField = plan.fieldOf.get(plan.vectorField.name);
    const isBlown = asFeastByVector && vectorField !== undefined;
    return this.finder.find(plan, terms, deadline, (cells) =>
      isBlown ? feastVectorSink(cells, vectorField) : cells,
    );
  }

  private render(answered: Answered): Buffer {
    const { request, found } = answered;
    const { statuses, answerBytes } = this.finder.options;
    const rows = new DocumentRows(found.cells, rowOrder(answered), statuses);
    const columns = request.version === 1 ? firstForm(answered, rows) : secondForm(answered, rows);
    return writeSearchAnswer(columns, found.hits.keys.length, answerBytes);
  }
}
