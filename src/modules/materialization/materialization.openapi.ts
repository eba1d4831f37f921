import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiTimeoutHeader } from '../http/timeout-header.openapi.js';
import { HttpValidationErrorDto } from '../http/validation-error.dto.js';
import {
  JobDto,
  JobsDto,
  MaterializeIncrementalRequestDto,
  MaterializeRequestDto,
} from './materialization.dto.js';

/** Names the job of a call, in its answer, however that turns out. */
export const JOB_ID_HEADER = 'x-materialization-job-id';

const TAG = 'materialization';
const TEXT = { 'application/json': { schema: { type: 'string' as const } } };
const ACCEPTED = {
  'application/json': {
    schema: {
      type: 'object' as const,
      properties: {
        status: { type: 'string' as const },
        feature_views: { type: 'array' as const, items: { type: 'string' as const } },
      },
    },
  },
};
const CONFLICT = {
  'application/json': {
    schema: {
      type: 'object' as const,
      properties: {
        error: { type: 'string' as const },
        feature_views: { type: 'array' as const, items: { type: 'string' as const } },
      },
    },
  },
};

/** Feast's operation id, so that generated clients go on working. */
export function ApiMaterialize(): MethodDecorator {
  return ApiMaterializeRoute(
    {
      operationId: 'materialize_materialize_post',
      summary: 'Materialize',
      description:
        'Loads the rows of a range of time, both ends included, into the online store: of each entity the newest. ' +
        'The answer comes when that is done; with `async=true` at once. Reads go on meanwhile.',
    },
    MaterializeRequestDto,
  );
}

/** Feast's operation id, so that generated clients go on working. */
export function ApiMaterializeIncremental(): MethodDecorator {
  return ApiMaterializeRoute(
    {
      operationId: 'materialize_incremental_materialize_incremental_post',
      summary: 'Materialize Incremental',
      description:
        'The same, of each view from where it was loaded to before (at first: as old as its TTL, or 52 weeks).',
    },
    MaterializeIncrementalRequestDto,
  );
}

function ApiMaterializeRoute(
  operation: { operationId: string; summary: string; description: string },
  body: Type,
): MethodDecorator {
  return applyDecorators(
    ApiTags(TAG),
    ApiOperation(operation),
    ApiFlag('async', 'Answer 202 at once; the job is found by the header of the answer.'),
    ApiFlag(
      'force',
      'With `async`: take the job although a view of it is being loaded. It begins when that has ended.',
    ),
    ApiTimeoutHeader('Milliseconds after which the caller stops waiting. The job goes on.'),
    ApiBody({ type: body, required: true }),
    ApiMaterializeAnswers(),
  );
}

function ApiMaterializeAnswers(): MethodDecorator {
  return applyDecorators(
    ApiResponse({
      status: 200,
      description: 'Successful Response',
      content: { 'application/json': { schema: {} } },
    }),
    ApiResponse({ status: 202, description: 'Accepted: the job is under way', content: ACCEPTED }),
    ApiResponse({ status: 400, description: 'The request makes no sense: says why', content: TEXT }),
    ApiResponse({ status: 401, description: 'No token, or one that does not verify' }),
    ApiResponse({ status: 403, description: 'The caller may not write to a view', content: TEXT }),
    ApiResponse({ status: 404, description: 'A view or version does not exist', content: TEXT }),
    ApiResponse({
      status: 409,
      description: 'With `async`: a view is being loaded already. Otherwise: somebody ended the job',
      content: CONFLICT,
    }),
    ApiResponse({
      status: 422,
      type: HttpValidationErrorDto,
      description:
        'Validation Error; also: a source that cannot be read. `detail` has an entry for each such view',
    }),
    ApiResponse({
      status: 501,
      type: HttpValidationErrorDto,
      description: 'This server cannot load a view. The others are loaded',
    }),
    ApiResponse({
      status: 503,
      description: 'The store is down, too many jobs wait, or the time is up; see `retry-after`',
      content: TEXT,
    }),
  );
}

function ApiFlag(name: string, description: string): MethodDecorator {
  return ApiQuery({ name, required: false, description, schema: { type: 'boolean', default: false } });
}

export function ApiListJobs(): MethodDecorator {
  return applyDecorators(
    ApiTags(TAG),
    ApiOperation({
      operationId: 'list_materialization_jobs',
      summary: 'List materialization jobs',
      description: 'Those that wait, run, or ended not long ago; without those that the caller may not see.',
    }),
    ApiResponse({ status: 200, type: JobsDto, description: 'Successful Response' }),
    ApiResponse({ status: 503, description: 'The registry is not loaded yet', content: TEXT }),
  );
}

export function ApiGetJob(): MethodDecorator {
  return applyDecorators(
    ApiJob(),
    ApiOperation({
      operationId: 'get_materialization_job',
      summary: 'Get a materialization job',
      description: 'How far it is, or how it went with each view.',
    }),
  );
}

export function ApiCancelJob(): MethodDecorator {
  return applyDecorators(
    ApiJob(),
    ApiOperation({
      operationId: 'cancel_materialization_job',
      summary: 'Cancel a materialization job',
      description:
        'Rows that are on their way are stored; nothing is recorded for a view that is not done. Answers with the job ' +
        'when it has ended, or as it is when the time is up.',
    }),
    ApiResponse({ status: 403, description: 'The caller may not write to a view', content: TEXT }),
  );
}

function ApiJob(): MethodDecorator {
  return applyDecorators(
    ApiTags(TAG),
    ApiParam({ name: 'id', schema: { type: 'string' } }),
    ApiResponse({ status: 200, type: JobDto, description: 'Successful Response' }),
    ApiResponse({ status: 404, description: 'There is no such job', content: TEXT }),
    ApiResponse({ status: 503, description: 'The registry is not loaded yet', content: TEXT }),
  );
}
