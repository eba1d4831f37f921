import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiTimeoutHeader } from '../http/timeout-header.openapi.js';
import { HttpValidationErrorDto } from '../http/validation-error.dto.js';
import { PushRequestDto, WriteToOnlineStoreRequestDto } from './push.dto.js';

const TEXT = { 'application/json': { schema: { type: 'string' as const } } };

/** What OpenAPI says of `/push`: Feast's operation id, so that generated clients go on working. */
export function ApiPush(): MethodDecorator {
  return applyDecorators(
    ApiWrite(
      {
        operationId: 'push_push_post',
        summary: 'Push',
        description:
          'Rows for every view that a push source feeds. All of it is checked before anything is written; a value is not replaced by one of an older event.',
      },
      PushRequestDto,
    ),
    ApiResponse({ status: 200, description: 'Successful Response: stored where `to` says' }),
    ApiResponse({
      status: 202,
      description: 'Stored online where `to` says so, and queued for the offline store',
    }),
  );
}

/** What OpenAPI says of `/write-to-online-store`. */
export function ApiWriteToOnlineStore(): MethodDecorator {
  return applyDecorators(
    ApiWrite(
      {
        operationId: 'write_to_online_store_write_to_online_store_post',
        summary: 'Write To Online Store',
        description: 'Rows for one view. A value is not replaced by one of an older event.',
      },
      WriteToOnlineStoreRequestDto,
    ),
    ApiResponse({
      status: 200,
      description: 'Successful Response: stored',
      content: { 'application/json': { schema: {} } },
    }),
    ApiResponse({ status: 404, description: 'There is no such view', content: TEXT }),
  );
}

function ApiWrite(
  operation: { readonly operationId: string; readonly summary: string; readonly description: string },
  body: Type,
): MethodDecorator {
  return applyDecorators(
    ApiTags('push'),
    ApiOperation(operation),
    ApiTimeoutHeader(),
    ApiBody({ type: body, required: true }),
    ApiResponse({ status: 400, description: 'The request makes no sense: says why', content: TEXT }),
    ApiResponse({ status: 401, description: 'No token, or one that does not verify' }),
    ApiResponse({ status: 403, description: 'The caller may not write this', content: TEXT }),
    ApiResponse({ status: 413, description: 'The body is larger than this server takes' }),
    ApiResponse({ status: 422, type: HttpValidationErrorDto, description: 'Validation Error' }),
    ApiResponse({ status: 501, description: 'This server does not write there', content: TEXT }),
    ApiResponse({
      status: 503,
      description: 'Registry or store cannot answer now; rows may have been stored. See `retry-after`',
      content: TEXT,
    }),
  );
}
