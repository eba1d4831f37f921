import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import { SalverConfiguration } from '../../common/config/configuration.module.js';
import type { Deadline } from '../../common/model/deadline.js';
import { RequestDeadline } from '../http/request-deadline.decorator.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller, RequirePermission } from '../auth/permission.guard.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import { ApiOnlineFeatures } from './online-features.openapi.js';
import { parseOnlineFeaturesRequest } from './online-features.request.js';
import { OnlineFeaturesService } from './online-features.service.js';

const NO_BODY = Buffer.alloc(0);

/** A controller translates and delegates: no branch, no loop, no `try`. */
@Controller()
export class OnlineFeaturesController {
  constructor(
    private readonly onlineFeatures: OnlineFeaturesService,
    private readonly salver: SalverConfiguration,
  ) {}

  /**
   * The hot route. The body is the raw bytes: it is parsed after the guards, whatever its content
   * type, with the source text of numbers kept. The answer is ready JSON text.
   */
  @Post('get-online-features')
  @HttpCode(200)
  @Header('content-type', 'application/json')
  @RequirePermission(ROUTE_ACCESS.getOnlineFeatures)
  @ApiOnlineFeatures()
  getOnlineFeatures(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @RequestDeadline() deadline: Deadline,
  ): Buffer | Promise<Buffer> {
    const request = parseOnlineFeaturesRequest(body ?? NO_BODY, this.salver.config.limits);
    return this.onlineFeatures.read(caller, request, deadline);
  }
}
