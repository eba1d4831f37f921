import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Deadline } from '../../common/model/deadline.js';
import { deadlineOf } from './request-context.js';

/** When the caller stops waiting, as a handler parameter. */
export const RequestDeadline = createParamDecorator((_: unknown, context: ExecutionContext): Deadline =>
  deadlineOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
