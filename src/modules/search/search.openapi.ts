import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiExcludeEndpoint, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { HttpValidationErrorDto } from '../http/validation-error.dto.js';
import { OnlineFeaturesResponseDto } from '../serving/online-features.dto.js';
import { SearchRequestDto, VectorStoreSearchRequestDto } from './search.dto.js';

/** What OpenAPI says of the routes: Feast's operation ids, so that generated clients go on working. */
export function ApiSearch(): MethodDecorator {
  return applyDecorators(
    ApiTags('search'),
    ApiOperation({
      operationId: 'search_search_post',
      summary: 'Search',
      description: 'The documents of a view that are nearest to a vector, match a text, or both.',
    }),
    ApiBody({ type: SearchRequestDto, required: true }),
    ApiResponse({ status: 200, type: OnlineFeaturesResponseDto, description: 'Successful Response' }),
    ApiResponse({ status: 400, description: 'The request makes no sense: says why', content: TEXT }),
    ...failures(),
    ApiResponse({ status: 404, description: 'A service, view or version does not exist', content: TEXT }),
    ApiResponse({ status: 422, type: HttpValidationErrorDto, description: 'Validation Error' }),
  );
}

/** Feast's description does not have the old path. */
export function ApiHiddenSearch(): MethodDecorator {
  return ApiExcludeEndpoint();
}

export function ApiVectorStores(): MethodDecorator {
  return applyDecorators(
    ApiTags('search'),
    ApiOperation({
      operationId: 'list_vector_stores_v1_vector_stores_get',
      summary: 'List Vector Stores',
      description: 'The views with a vector index that the caller may see.',
    }),
    ApiResponse({ status: 200, description: 'Successful Response', content: OBJECT }),
    ...failures(),
  );
}

export function ApiVectorStore(): MethodDecorator {
  return applyDecorators(
    ApiTags('search'),
    ApiOperation({
      operationId: 'get_vector_store_v1_vector_stores__vector_store_id__get',
      summary: 'Get Vector Store',
      description: 'One view with a vector index.',
    }),
    ApiParam({ name: 'vector_store_id', schema: { type: 'string' } }),
    ApiResponse({ status: 200, description: 'Successful Response', content: OBJECT }),
    ...failures(),
    ApiResponse({ status: 404, description: 'There is no such vector store', content: OPENAI_ERROR }),
    ApiResponse({ status: 422, type: HttpValidationErrorDto, description: 'Validation Error' }),
  );
}

export function ApiVectorStoreSearch(): MethodDecorator {
  return applyDecorators(
    ApiTags('search'),
    ApiOperation({
      operationId: 'vector_store_search_v1_vector_stores__vector_store_id__search_post',
      summary: 'Vector Store Search',
      description: 'The documents of a view that are nearest to the meaning of a text.',
    }),
    ApiParam({ name: 'vector_store_id', schema: { type: 'string' } }),
    ApiBody({ type: VectorStoreSearchRequestDto, required: true }),
    ApiResponse({ status: 200, description: 'Successful Response', content: OBJECT }),
    ...failures(),
    ApiResponse({ status: 404, description: 'There is no such vector store', content: OPENAI_ERROR }),
    ApiResponse({ status: 422, type: HttpValidationErrorDto, description: 'Validation Error' }),
  );
}

const TEXT = { 'application/json': { schema: { type: 'string' as const } } };
const OBJECT = { 'application/json': { schema: { type: 'object' as const } } };
const OPENAI_ERROR = {
  'application/json': {
    schema: { type: 'object' as const },
    example: { error: { message: "No vector store found with id 'vs_0'", type: 'not_found_error' } },
  },
};

/** What every route may answer. */
function failures(): MethodDecorator[] {
  return [
    ApiResponse({ status: 401, description: 'No token, or one that does not verify' }),
    ApiResponse({ status: 403, description: 'The caller may not do this', content: TEXT }),
    ApiResponse({
      status: 503,
      description: 'What is needed cannot answer now; see `retry-after`',
      content: TEXT,
    }),
  ];
}
