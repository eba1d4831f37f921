import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** The body of a read, for OpenAPI alone: `parseOnlineFeaturesRequest` is what checks it. */
@ApiSchema({ name: 'GetOnlineFeaturesRequest' })
export class OnlineFeaturesRequestDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: {} },
    description: 'Join key → one value per row. All lists have the same length.',
    example: { driver_id: [1001, 1002] },
  })
  entities!: Record<string, unknown[]>;

  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    description: 'Name of a feature service. When given, `features` is ignored.',
  })
  feature_service?: string | null;

  @ApiProperty({
    type: [String],
    required: false,
    default: [],
    description: 'References: `feature_view:feature`, or `feature_view@v2:feature` for a version.',
    example: ['driver_hourly_stats:conv_rate'],
  })
  features?: string[];

  @ApiProperty({ required: false, default: false, description: 'Answer with names like `view__feature`.' })
  full_feature_names?: boolean;

  @ApiProperty({
    required: false,
    default: false,
    description: 'Accepted as Feast accepts it; the answer is the same.',
  })
  include_feature_view_version_metadata?: boolean;
}

@ApiSchema({ name: 'OnlineFeaturesMetadataResponse' })
export class OnlineFeaturesMetadataDto {
  @ApiProperty({
    type: [String],
    default: [],
    description: 'Names of the columns: `results[i]` is `feature_names[i]`.',
  })
  feature_names!: string[];
}

@ApiSchema({ name: 'FeatureVectorResponse' })
export class FeatureVectorDto {
  @ApiProperty({
    type: 'array',
    items: {},
    default: [],
    description: 'One value per row, null when there is none.',
  })
  values!: unknown[];

  @ApiProperty({
    type: 'array',
    items: { type: 'string', enum: ['PRESENT', 'NOT_FOUND', 'NULL_VALUE', 'OUTSIDE_MAX_AGE', 'INVALID'] },
    default: [],
    description: 'One status per row.',
  })
  statuses!: string[];

  @ApiProperty({
    type: [String],
    default: [],
    description: 'RFC 3339, one per row; the epoch where there is none.',
  })
  event_timestamps!: string[];
}

@ApiSchema({ name: 'OnlineFeaturesResponse' })
export class OnlineFeaturesResponseDto {
  @ApiProperty({ type: OnlineFeaturesMetadataDto })
  metadata!: OnlineFeaturesMetadataDto;

  @ApiProperty({ type: [FeatureVectorDto], default: [], description: 'One entry per column.' })
  results!: FeatureVectorDto[];
}
