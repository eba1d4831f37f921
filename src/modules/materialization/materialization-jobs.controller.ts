import { Controller, Delete, Get, Header, HttpCode, Param } from '@nestjs/common';
import type { Deadline } from '../../common/model/deadline.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller, RequirePermission } from '../auth/permission.guard.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import { RequestDeadline } from '../http/request-deadline.decorator.js';
import { jobDocument } from './job-document.js';
import { MaterializationJobsService } from './materialization-jobs.service.js';
import { ApiCancelJob, ApiGetJob, ApiListJobs } from './materialization.openapi.js';

/** The jobs behind the routes of Feast, which has nothing like that. */
@Controller('materialize/jobs')
export class MaterializationJobsController {
  constructor(private readonly jobs: MaterializationJobsService) {}

  @Get()
  @Header('content-type', 'application/json')
  @RequirePermission(ROUTE_ACCESS.listMaterializationJobs)
  @ApiListJobs()
  async list(@CurrentCaller() caller: Caller, @RequestDeadline() deadline: Deadline): Promise<string> {
    const jobs = await this.jobs.list(caller, deadline);
    return JSON.stringify({ jobs: jobs.map(jobDocument) });
  }

  @Get(':id')
  @Header('content-type', 'application/json')
  @RequirePermission(ROUTE_ACCESS.getMaterializationJob)
  @ApiGetJob()
  async get(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @RequestDeadline() deadline: Deadline,
  ): Promise<string> {
    return JSON.stringify(jobDocument(await this.jobs.get(caller, id, deadline)));
  }

  @Delete(':id')
  @HttpCode(200)
  @Header('content-type', 'application/json')
  @RequirePermission(ROUTE_ACCESS.cancelMaterializationJob)
  @ApiCancelJob()
  async cancel(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @RequestDeadline() deadline: Deadline,
  ): Promise<string> {
    return JSON.stringify(jobDocument(await this.jobs.cancel(caller, id, deadline)));
  }
}
