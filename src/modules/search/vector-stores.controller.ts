import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { SalverConfiguration } from '../../common/config/configuration.module.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller, RequirePermission } from '../auth/permission.guard.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import { RequestDeadline } from '../http/request-deadline.decorator.js';
import { ApiVectorStore, ApiVectorStores, ApiVectorStoreSearch } from './search.openapi.js';
import type { VectorStore } from './vector-store-registry.js';
import { parseVectorStoreSearch } from './vector-store-search.request.js';
import { VectorStoresService } from './vector-stores.service.js';

const NO_BODY = Buffer.alloc(0);

/** The part of the vector store API of OpenAI that Feast has. */
@Controller('v1/vector_stores')
export class VectorStoresController {
  constructor(
    private readonly stores: VectorStoresService,
    private readonly salver: SalverConfiguration,
  ) {}

  @Get()
  @RequirePermission(ROUTE_ACCESS.listVectorStores)
  @ApiVectorStores()
  list(@CurrentCaller() caller: Caller): { object: 'list'; data: readonly VectorStore[] } {
    return { object: 'list', data: this.stores.list(caller) };
  }

  @Get(':vector_store_id')
  @RequirePermission(ROUTE_ACCESS.getVectorStore)
  @ApiVectorStore()
  get(@CurrentCaller() caller: Caller, @Param('vector_store_id') id: string): VectorStore {
    return this.stores.get(caller, id);
  }

  @Post(':vector_store_id/search')
  @HttpCode(200)
  @Header('content-type', 'application/json')
  @RequirePermission(ROUTE_ACCESS.searchVectorStore)
  @ApiVectorStoreSearch()
  // oxlint-disable-next-line max-params -- what the framework hands over
  search(
    @CurrentCaller() caller: Caller,
    @Param('vector_store_id') id: string,
    @Body() body: Buffer | undefined,
    @RequestDeadline() deadline: Deadline,
  ): Promise<Buffer> {
    const request = parseVectorStoreSearch(body ?? NO_BODY, this.salver.config.search.maxTopK);
    return this.stores.search(caller, id, request, deadline);
  }
}
