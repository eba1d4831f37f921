import { IsInt, IsNotEmpty, IsString, Max, Min } from './setting-rules.js';

/** The offline pushes that are acknowledged and not in the offline store yet. */
export class JournalSettings {
  /** Relative to `feature_store.yaml`. Each project has a directory of its own in it. */
  @IsString()
  @IsNotEmpty()
  directory = '.salver-journal';

  /** Of all its files together, about; above it pushes are answered 503. */
  @IsInt()
  @Min(65_536)
  maxBytes = 1_073_741_824;

  /** From this size on, a file is followed by another one. */
  @IsInt()
  @Min(4096)
  @Max(4_294_967_295)
  segmentBytes = 67_108_864;
}
