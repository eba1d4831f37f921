import { ApiExtraModels, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';

@ApiSchema({ name: 'ComparisonFilter' })
export class ComparisonFilterDto {
  @ApiProperty({ type: String, enum: ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin'] })
  type!: string;

  @ApiProperty({ description: 'Name of a feature.' })
  key!: string;

  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }, { type: 'array', items: {} }],
    description: 'Text, number or boolean; a list of them for `in` and `nin`.',
  })
  value!: unknown;
}

const FILTERS = [{ $ref: getSchemaPath('ComparisonFilter') }, { $ref: getSchemaPath('CompoundFilter') }];

@ApiSchema({ name: 'CompoundFilter' })
@ApiExtraModels(ComparisonFilterDto)
export class CompoundFilterDto {
  @ApiProperty({ type: String, enum: ['and', 'or'] })
  type!: string;

  @ApiProperty({ type: 'array', items: { anyOf: FILTERS } })
  filters!: unknown[];
}

const OPTIONAL_FILTER = {
  anyOf: [...FILTERS, { type: 'null' }],
  required: false,
  description: 'Which documents may be found.',
};

/** The body of a search, for OpenAPI alone: `parseSearchRequest` is what checks it. */
@ApiSchema({ name: 'GetOnlineDocumentsRequest' })
@ApiExtraModels(ComparisonFilterDto, CompoundFilterDto)
export class SearchRequestDto {
  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    description: 'Name of a feature service with one view. When given, `features` is ignored.',
  })
  feature_service?: string | null;

  @ApiProperty({
    type: [String],
    required: false,
    default: [],
    description: 'References of one view: `feature_view:feature`.',
    example: ['documents:content'],
  })
  features?: string[];

  @ApiProperty({ required: false, default: false, description: 'Accepted; the answer is the same.' })
  full_feature_names?: boolean;

  @ApiProperty({ required: false, default: false, description: 'Accepted; the answer is the same.' })
  include_feature_view_version_metadata?: boolean;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    required: false,
    description: 'How many documents to find. It is needed, though the schema does not say so.',
    example: 5,
  })
  top_k?: number | null;

  @ApiProperty({
    type: [Number],
    nullable: true,
    required: false,
    description: 'The vector to search for, as long as those of the view.',
  })
  query?: number[] | null;

  @ApiProperty({ type: String, nullable: true, required: false, description: 'The text to search for.' })
  query_string?: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    description: 'L2, cosine or inner_product, where the vector field names none.',
  })
  distance_metric?: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    required: false,
    default: 1,
    description: '2 for the form of the answer that has all features; anything else is 1.',
  })
  api_version?: number | null;

  @ApiProperty(OPTIONAL_FILTER)
  filters?: unknown;
}

@ApiSchema({ name: 'OpenAIRankingOptions' })
export class RankingOptionsDto {
  @ApiProperty({ type: String, nullable: true, required: false, description: 'Not supported.' })
  ranker?: string | null;

  @ApiProperty({ type: Number, nullable: true, required: false, description: 'Not supported.' })
  score_threshold?: number | null;
}

@ApiSchema({ name: 'OpenAISearchMetadata' })
export class SearchMetadataDto {
  @ApiProperty({
    type: [String],
    nullable: true,
    required: false,
    description: 'Features that are answered as attributes; all but the vector when not given.',
  })
  features_to_retrieve?: string[] | null;

  @ApiProperty({ type: String, nullable: true, required: false, description: 'Accepted, without effect.' })
  content_field?: string | null;
}

/** The body of a search in a vector store, for OpenAPI alone: `parseVectorStoreSearch` is what checks it. */
@ApiSchema({ name: 'OpenAISearchRequest' })
@ApiExtraModels(ComparisonFilterDto, CompoundFilterDto)
export class VectorStoreSearchRequestDto {
  @ApiProperty({ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] })
  query!: string | string[];

  @ApiProperty(OPTIONAL_FILTER)
  filters?: unknown;

  @ApiProperty({ type: 'integer', nullable: true, required: false, default: 10 })
  max_num_results?: number | null;

  @ApiProperty({ type: RankingOptionsDto, nullable: true, required: false })
  ranking_options?: RankingOptionsDto | null;

  @ApiProperty({ type: Boolean, nullable: true, required: false, description: 'Must not be true.' })
  rewrite_query?: boolean | null;

  @ApiProperty({ type: SearchMetadataDto, nullable: true, required: false })
  metadata?: SearchMetadataDto | null;
}
