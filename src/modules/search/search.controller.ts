import { Body, Controller, Header, HttpCode, Logger, Post } from '@nestjs/common';
import { SalverConfiguration } from '../../common/config/configuration.module.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller, RequirePermission } from '../auth/permission.guard.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import { RequestDeadline } from '../http/request-deadline.decorator.js';
import { ApiHiddenSearch, ApiSearch } from './search.openapi.js';
import { parseSearchRequest, type SearchLimits } from './search.request.js';
import { SearchService } from './search.service.js';

const NO_BODY = Buffer.alloc(0);

/** Search by vector and by text. */
@Controller()
export class SearchController {
  private readonly logger = new Logger(SearchController.name);
  private readonly limits: SearchLimits;
  private isOldPathTold = false;

  constructor(
    private readonly service: SearchService,
    { config: { limits, search } }: SalverConfiguration,
  ) {
    this.limits = { features: limits.features, topK: search.maxTopK };
  }

  @Post('search')
  @HttpCode(200)
  @Header('content-type', 'application/json')
  @RequirePermission(ROUTE_ACCESS.search)
  @ApiSearch()
  search(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @RequestDeadline() deadline: Deadline,
  ): Promise<Buffer> {
    const request = parseSearchRequest(body ?? NO_BODY, this.limits);
    return this.service.search(caller, request, '/search', deadline);
  }

  /** The name that the route had before. */
  @Post('retrieve-online-documents')
  @HttpCode(200)
  @Header('content-type', 'application/json')
  @RequirePermission(ROUTE_ACCESS.retrieveOnlineDocuments)
  @ApiHiddenSearch()
  retrieveOnlineDocuments(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @RequestDeadline() deadline: Deadline,
  ): Promise<Buffer> {
    if (!this.isOldPathTold) {
      this.isOldPathTold = true;
      this.logger.warn('POST /retrieve-online-documents is deprecated; use POST /search instead');
    }
    const request = parseSearchRequest(body ?? NO_BODY, this.limits);
    return this.service.search(caller, request, '/retrieve-online-documents', deadline);
  }
}
