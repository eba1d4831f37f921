import { ApiProperty, ApiSchema } from '@nestjs/swagger';

const VERSION =
  'The version to materialize, as in `v2`: needs exactly one view and ' +
  '`registry.enable_online_feature_view_versioning`.';
const TIME =
  'As in `2026-01-31T10:30:00` or `2026-01-31T10:30:00+02:00`; UTC without a zone. Parts that are missing are those of today.';
const FULL_NAMES = 'Accepted as Feast accepts it; only on-demand views would see it.';

@ApiSchema({ name: 'MaterializeRequest' })
export class MaterializeRequestDto {
  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    description: TIME,
    example: '2026-01-01T00:00:00',
  })
  start_ts?: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    description: TIME,
    example: '2026-02-01T00:00:00',
  })
  end_ts?: string | null;

  @ApiProperty({
    type: [String],
    nullable: true,
    required: false,
    description: 'Names of views; absent: all that are served online.',
    example: ['driver_hourly_stats'],
  })
  feature_views?: string[] | null;

  @ApiProperty({
    required: false,
    default: false,
    description: 'Everything from 1970 until now, whatever the times say; rows keep their event times.',
  })
  disable_event_timestamp?: boolean;

  @ApiProperty({ required: false, default: false, description: FULL_NAMES })
  full_feature_names?: boolean;

  @ApiProperty({ type: String, nullable: true, required: false, description: VERSION })
  version?: string | null;
}

@ApiSchema({ name: 'MaterializeIncrementalRequest' })
export class MaterializeIncrementalRequestDto {
  @ApiProperty({ description: TIME, example: '2026-02-01T00:00:00' })
  end_ts!: string;

  @ApiProperty({
    type: [String],
    nullable: true,
    required: false,
    description: 'Names of views; absent: all that are served online.',
    example: ['driver_hourly_stats'],
  })
  feature_views?: string[] | null;

  @ApiProperty({ required: false, default: false, description: FULL_NAMES })
  full_feature_names?: boolean;

  @ApiProperty({ type: String, nullable: true, required: false, description: VERSION })
  version?: string | null;
}

@ApiSchema({ name: 'MaterializationJobView' })
export class JobViewDto {
  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: ['waiting', 'running', 'loaded', 'skipped', 'refused', 'failed', 'cancelled'] })
  status!: string;

  @ApiProperty({ type: String, nullable: true, required: false, description: 'Why it is not loaded.' })
  reason?: string | null;

  @ApiProperty({ type: String, nullable: true, required: false, description: 'RFC 3339, included.' })
  start_ts?: string | null;

  @ApiProperty({ type: String, nullable: true, required: false, description: 'RFC 3339, included.' })
  end_ts?: string | null;

  @ApiProperty({ type: Number, required: false, description: 'Rows of the source in the range.' })
  rows_read?: number;

  @ApiProperty({ type: Number, required: false, description: 'Rows that are in the online store now.' })
  rows_written?: number;

  @ApiProperty({ type: Number, required: false, description: 'Rows that newer ones kept out.' })
  rows_skipped?: number;

  @ApiProperty({
    type: Number,
    required: false,
    description: 'While it runs: rows written or kept out so far.',
  })
  rows_done?: number;

  @ApiProperty({
    type: Number,
    required: false,
    description: 'While it runs: rows that will be written or kept out.',
  })
  rows_to_store?: number;

  @ApiProperty({ type: Number, required: false })
  duration_ms?: number;
}

@ApiSchema({ name: 'MaterializationJob' })
export class JobDto {
  @ApiProperty()
  job_id!: string;

  @ApiProperty()
  project!: string;

  @ApiProperty({ enum: ['queued', 'running', 'succeeded', 'failed', 'cancelled'] })
  status!: string;

  @ApiProperty({ description: 'Who asked for it.' })
  requestor_id!: string;

  @ApiProperty()
  cancel_requested!: boolean;

  @ApiProperty({ description: 'RFC 3339' })
  created_at!: string;

  @ApiProperty({ type: String, nullable: true, description: 'RFC 3339' })
  started_at!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'RFC 3339' })
  ended_at!: string | null;

  @ApiProperty({ type: [JobViewDto], description: 'In the order in which they are done.' })
  feature_views!: JobViewDto[];

  @ApiProperty({
    type: [String],
    description: 'Feature services that are served from vectors which are older than these rows.',
  })
  stale_feature_services!: string[];
}

@ApiSchema({ name: 'MaterializationJobs' })
export class JobsDto {
  @ApiProperty({ type: [JobDto], description: 'The newest first.' })
  jobs!: JobDto[];
}
