import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiTimeoutHeader } from '../http/timeout-header.openapi.js';
import { HttpValidationErrorDto } from '../http/validation-error.dto.js';
import { OnlineFeaturesRequestDto, OnlineFeaturesResponseDto } from './online-features.dto.js';

const FEAST_ERROR = {
  'application/json': {
    schema: { type: 'string' as const },
    example:
      '{"module": "feast.errors", "class": "FeatureViewNotFoundException", "message": "Feature view x does not exist in project p"}',
  },
};

/** What OpenAPI says of the read route: Feast's operation id, so that generated clients go on working. */
export function ApiOnlineFeatures(): MethodDecorator {
  return applyDecorators(
    ApiTags('serving'),
    ApiOperation({
      operationId: 'get_online_features_get_online_features_post',
      summary: 'Get Online Features',
      description: 'The latest feature values of a batch of entities. Any content type is read as JSON.',
    }),
    ApiTimeoutHeader(),
    ApiBody({ type: OnlineFeaturesRequestDto, required: true }),
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
