import {
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Matches,
  Max,
  Min,
} from './setting-rules.js';

const INTRA_SERVER_MODES = ['disabled', 'signed', 'unsigned_as_feast'] as const;
const MAX_SECONDS = 2_147_483;

export type IntraServerMode = (typeof INTRA_SERVER_MODES)[number];

/** A key that a program shows instead of a token, as `salver api-key create` made it. Only its hash is kept. */
export class ApiKeySettings {
  /** Who it is for: the subject of the caller. */
  @Matches(/^[\w.@:/-]{1,128}$/, { message: 'must be 1 to 128 letters, digits or any of . @ : / _ -' })
  name = '';

  /** SHA-256 of the whole key, in hexadecimal. */
  @Matches(/^sha256:[0-9a-f]{64}$/, { message: 'must be sha256: and 64 hexadecimal digits' })
  hash = '';

  @IsString({ each: true })
  @IsNotEmpty({ each: true, message: 'must not hold an empty text' })
  roles: readonly string[] = [];

  @IsString({ each: true })
  @IsNotEmpty({ each: true, message: 'must not hold an empty text' })
  groups: readonly string[] = [];
}

/** What Salver adds to the `auth` block of `feature_store.yaml`. */
export class AuthSettings {
  /** Whoever reads by a feature service must be allowed to read its views, too. */
  @IsBoolean()
  checkServiceViews = false;

  /** A view or service that the caller may not read answers as one that does not exist. */
  @IsBoolean()
  hideUnreadable = false;

  /** OIDC: do not start unless `audience` and `issuer` say whose tokens are meant for this server. */
  @IsBoolean()
  strictClaims = false;

  /** OIDC: claims that hold roles besides those of Feast, separated by commas. */
  @IsString()
  @Matches(/^\s*([^\s,]+(\s*,\s*[^\s,]+)*\s*)?$/, { message: 'must be names of claims, separated by commas' })
  roleClaims = '';

  /** OIDC: at most one look for keys that are not known in this time. */
  @IsInt()
  @Min(1)
  @Max(MAX_SECONDS)
  jwksCooldownSeconds = 10;

  /** OIDC: how long keys are used beyond their life while the issuer does not answer. */
  @IsInt()
  @Min(0)
  @Max(MAX_SECONDS)
  jwksMaxStaleSeconds = 3600;

  /** How many verified tokens a worker remembers. */
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  rememberedTokens = 10_000;

  /** Kubernetes: how long what the API said of a token, and of role bindings, is believed. */
  @IsInt()
  @Min(0)
  @Max(300)
  kubernetesCacheSeconds = 5;

  @IsInt()
  @Min(1)
  @Max(60_000)
  kubernetesTimeoutMs = 3000;

  /** Where the token, the CA and the namespace of the pod's service account are mounted. */
  @IsString()
  @IsNotEmpty()
  kubernetesMount = '/var/run/secrets/kubernetes.io/serviceaccount';

  /** Whether tokens made from INTRA_COMMUNICATION_BASE64 are taken, which may do everything. */
  @IsIn(INTRA_SERVER_MODES)
  intraServer: IntraServerMode = 'disabled';

  /** A list: only in the file. */
  @IsArray()
  @ArrayUnique((key: ApiKeySettings) => key.name, { message: 'two keys have the same name' })
  @ArrayUnique((key: ApiKeySettings) => key.hash, { message: 'two keys have the same hash' })
  apiKeys: readonly ApiKeySettings[] = [];
}
