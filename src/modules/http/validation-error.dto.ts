import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'ValidationError' })
export class ValidationErrorDto {
  @ApiProperty({
    type: 'array',
    items: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    description: 'Where: `["body", "entities", "driver_id", 3]`.',
  })
  loc!: (string | number)[];

  @ApiProperty({ description: 'What is wrong, and what was expected.' })
  msg!: string;

  @ApiProperty({ description: 'Machine name of the mistake.' })
  type!: string;

  @ApiProperty({
    selfRequired: false,
    type: 'object',
    additionalProperties: true,
    description: 'What was sent.',
  })
  input?: unknown;

  @ApiProperty({ selfRequired: false, type: 'object', additionalProperties: true })
  ctx?: Record<string, unknown>;
}

@ApiSchema({ name: 'HTTPValidationError' })
export class HttpValidationErrorDto {
  @ApiProperty({ type: [ValidationErrorDto] })
  detail!: ValidationErrorDto[];
}
