import { ApiHeader } from '@nestjs/swagger';
import { TIMEOUT_HEADER } from './request-context.js';

const SHORTENS = 'Milliseconds after which the caller stops waiting; shortens the time limit of the server.';

/** Describes the header by which a caller says how long it waits. */
export function ApiTimeoutHeader(description = SHORTENS): MethodDecorator & ClassDecorator {
  return ApiHeader({
    name: TIMEOUT_HEADER,
    required: false,
    description,
    schema: { type: 'integer', minimum: 1 },
  });
}
