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
    const waitingFor = this.readiness.startingUp();
    await answer(reply, { done: 'started', notDone: 'starting', waitingFor, warnings: [] }, caller);
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
      'Ready for traffic; `warnings` tells what it goes on without, such as the writer or static artifacts, to the same callers',
  })
  @ApiResponse({
    status: 503,
    description:
      'Not ready; `waiting_for` names what is missing, to a caller with a token where authentication is on',
  })
  async ready(@CurrentCaller() caller: Caller | undefined, @Res() reply: FastifyReply): Promise<void> {
    const waitingFor = await this.readiness.waitingFor(Deadline.after(PROBE_TIMEOUT_MS));
    const warnings = this.readiness.warnings();
    await answer(reply, { done: 'ready', notDone: 'not ready', waitingFor, warnings }, caller);
  }
}

interface State {
  readonly done: string;
  readonly notDone: string;
  readonly waitingFor: readonly string[];
  readonly warnings: readonly string[];
}

/** What is missing is for those who say who they are, and for everybody where nobody has to. */
async function answer(
  reply: FastifyReply,
  { done, notDone, waitingFor, warnings }: State,
  caller: Caller | undefined,
): Promise<void> {
  const isDone = waitingFor.length === 0;
  const detail =
    caller === undefined
      ? {}
      : { ...(isDone ? {} : { waiting_for: waitingFor }), ...(warnings.length === 0 ? {} : { warnings }) };
  await reply.status(isDone ? 200 : 503).send({ status: isDone ? done : notDone, ...detail });
}
