import { Controller, Get, HttpCode, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Deadline } from '../../common/model/deadline.js';
import type { Caller } from '../auth/caller.js';
import { CurrentCaller, Identified, Public } from '../auth/permission.guard.js';
import { ReadinessService } from './readiness.service.js';

/** How long a probe waits for the online store. */
const PROBE_TIMEOUT_MS = 1000;

@ApiTags('health')
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  @Get()
  @HttpCode(200)
  @ApiOperation({ summary: 'Health', operationId: 'health_health_get' })
  @ApiResponse({ status: 200, description: 'The process answers. The body is empty.' })
  health(): void {
    // That it answers is the answer.
  }

  @Get('live')
  @HttpCode(200)
  @ApiOperation({ summary: 'Liveness: never depends on a store', operationId: 'health_live' })
  @ApiResponse({ status: 200, description: 'The process answers. The body is empty.' })
  live(): void {
    // That it answers is the answer.
  }

  @Get('startup')
  @Identified()
  @ApiOperation({
    summary: 'Startup: the first registry is loaded; from then on always 200',
    operationId: 'health_startup',
  })
  @ApiResponse({ status: 200, description: 'Started' })
  @ApiResponse({
    status: 503,
    description: 'Starting; `waiting_for` names what is missing, as for readiness',
  })
  async startup(@CurrentCaller() caller: Caller | undefined, @Res() reply: FastifyReply): Promise<void> {
    await answer(reply, ['started', 'starting'], this.readiness.startingUp(), caller);
  }

  @Get('ready')
  @Identified()
  @ApiOperation({
    summary: 'Readiness: registry loaded, online store answers, callers can be told, not draining',
    operationId: 'health_ready',
  })
  @ApiResponse({
    status: 200,
    description:
      'Ready for traffic; `degraded` names what is missing that reads do without, to the same callers',
  })
  @ApiResponse({
    status: 503,
    description:
      'Not ready; `waiting_for` names what is missing, to a caller with a token where authentication is on',
  })
  async ready(@CurrentCaller() caller: Caller | undefined, @Res() reply: FastifyReply): Promise<void> {
    const waitingFor = await this.readiness.waitingFor(Deadline.after(PROBE_TIMEOUT_MS));
    const degraded = this.readiness.degraded();
    const isReady = waitingFor.length === 0;
    if (isReady && degraded.length > 0 && caller !== undefined) {
      await reply.status(200).send({ status: 'ready', degraded });
    } else await answer(reply, ['ready', 'not ready'], waitingFor, caller);
  }
}

/** What is missing is for those who say who they are, and for everybody where nobody has to. */
async function answer(
  reply: FastifyReply,
  [done, notDone]: readonly [string, string],
  waitingFor: readonly string[],
  caller: Caller | undefined,
): Promise<void> {
  const isDone = waitingFor.length === 0;
  const detail = isDone || caller === undefined ? {} : { waiting_for: waitingFor };
  await reply.status(isDone ? 200 : 503).send({ status: isDone ? done : notDone, ...detail });
}
