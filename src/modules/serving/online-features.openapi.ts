import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { TIMEOUT_HEADER } from '../http/request-context.js';
import { HttpValidationErrorDto } from '../http/validation-error.dto.js';
import { OnlineFeaturesRequestDto, OnlineFeaturesResponseDto } from './online-features.dto.js';

const FEAST_ERROR = {
  'application/json': {
    schema: { type: 'string' as const },
    example:
      '{"module": "feast.errors", "class": "FeatureViewNotFoundException", "message": "Feature view x does not exist in project p"}',
  },
};

/** Requests that the bundled example answers. */
const EXAMPLES = {
  features: {
    summary: 'Features by name',
    value: {
      features: ['driver_hourly_stats:conv_rate', 'driver_hourly_stats:avg_daily_trips'],
      entities: { driver_id: [1001, 1002] },
    },
  },
  service: {
    summary: 'The features of a service',
    value: { feature_service: 'driver_activity_v1', entities: { driver_id: [1001, 1002] } },
  },
};

/** What OpenAPI says of the read route: Feast's operation id, so that generated clients go on working. */
export function ApiOnlineFeatures(): MethodDecorator {
  return applyDecorators(
    ApiTags('serving'),
    ApiOperation({
      operationId: 'get_online_features_get_online_features_post',
      summary: 'Get Online Features',
      description:
        'The latest feature values of a batch of entities. Any content type is read as JSON. Permission: Read Online.',
    }),
    ApiHeader({
      name: TIMEOUT_HEADER,
      required: false,
      description:
        'Milliseconds after which the caller stops waiting; shortens the time limit of the server.',
      schema: { type: 'integer', minimum: 1 },
    }),
    ApiBody({ type: OnlineFeaturesRequestDto, required: true, examples: EXAMPLES }),
    ApiResponse({ status: 200, type: OnlineFeaturesResponseDto, description: 'Successful Response' }),
    ApiResponse({ status: 400, description: 'The request makes no sense: says why', content: textContent() }),
    ApiResponse({ status: 401, description: 'No token, or one that does not verify' }),
    ApiResponse({ status: 403, description: 'The caller may not read this', content: FEAST_ERROR }),
    ApiResponse({
      status: 404,
      description: 'A service, view, version or feature does not exist',
      content: FEAST_ERROR,
    }),
    ApiResponse({ status: 413, description: 'The body is larger than this server takes' }),
    ApiResponse({ status: 422, type: HttpValidationErrorDto, description: 'Validation Error' }),
    ApiResponse({
      status: 501,
      description: 'The registry asks for something that this server does not do',
      content: textContent(),
    }),
    ApiResponse({
      status: 503,
      description: 'Registry or online store cannot answer now; see `retry-after`',
      content: textContent(),
    }),
  );
}

function textContent(): Record<string, { schema: { type: 'string' } }> {
  return { 'application/json': { schema: { type: 'string' } } };
}
