import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { PUSH_MODES } from './push-mode.js';

const DF_DESCRIPTION =
  'Column → list of values, one per row, or column → {index: value}. A single value among lists is repeated. A list of row objects is taken, too.';

/** The body of a push, for OpenAPI alone: `parsePushRequest` is what checks it. */
@ApiSchema({ name: 'PushFeaturesRequest' })
export class PushRequestDto {
  @ApiProperty({ description: 'Name of a push source: all views that it feeds are written.' })
  push_source_name!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: DF_DESCRIPTION })
  df!: Record<string, unknown>;

  @ApiProperty({
    required: false,
    default: true,
    description: 'False: the registry is read again before the push is looked at.',
  })
  allow_registry_cache?: boolean;

  @ApiProperty({
    type: String,
    required: false,
    default: 'online',
    description: `Where the rows go: ${PUSH_MODES.join(', ')}.`,
  })
  to?: string;

  @ApiProperty({
    required: false,
    default: true,
    description: 'Accepted as Feast accepts it; no on-demand view is fed by a push.',
  })
  transform_on_write?: boolean;
}

/** The body of a write to one view. */
@ApiSchema({ name: 'WriteToFeatureStoreRequest' })
export class WriteToOnlineStoreRequestDto {
  @ApiProperty({ description: 'Name of the view that is written.' })
  feature_view_name!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: DF_DESCRIPTION })
  df!: Record<string, unknown>;

  @ApiProperty({
    required: false,
    default: true,
    description: 'False: the registry is read again before the rows are looked at.',
  })
  allow_registry_cache?: boolean;

  @ApiProperty({
    required: false,
    default: true,
    description: 'Of an on-demand view: the rows are what it is computed from.',
  })
  transform_on_write?: boolean;
}
