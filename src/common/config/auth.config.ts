import { IsBoolean } from 'class-validator';

/** What Salver adds to the `auth` block of `feature_store.yaml`. */
export class AuthSettings {
  /** Whoever reads by a feature service must be allowed to read its views, too. */
  @IsBoolean()
  checkServiceViews = false;

  /** A view or service that the caller may not read answers as one that does not exist. */
  @IsBoolean()
  hideUnreadable = false;
}
