import type { OpenAPIObject } from '@nestjs/swagger';

/** How callers show who they are, in the words of OpenAPI: by the name of the scheme. */
export type SecuritySchemes = Readonly<Record<string, SecurityScheme>>;

export type SecurityScheme =
  | {
      readonly type: 'http';
      readonly scheme: 'bearer';
      readonly bearerFormat?: string;
      readonly description: string;
    }
  | { readonly type: 'apiKey'; readonly in: 'header'; readonly name: string; readonly description: string }
  | {
      readonly type: 'oauth2';
      readonly description: string;
      readonly flows: { authorizationCode: LoginFlow };
    };

export interface LoginFlow {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly scopes: Record<string, string>;
}

/** The member of an operation that names the action which its caller must be allowed; none on an open route. */
export const PERMISSION_EXTENSION = 'x-permission';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & { [PERMISSION_EXTENSION]?: string };

/** Says in the description of every operation what its extension says. Changes the document. */
export function withPermissions(document: OpenAPIObject): OpenAPIObject {
  for (const operation of operationsOf(document)) {
    const action = operation[PERMISSION_EXTENSION];
    if (action === undefined) continue;
    operation.description = [operation.description, `Permission: ${action}.`].filter(Boolean).join('\n\n');
  }
  return document;
}

/** Any one of the schemes opens the routes that need a permission. Changes the document. */
export function withSecurity(document: OpenAPIObject, schemes: SecuritySchemes): OpenAPIObject {
  const names = Object.keys(schemes);
  if (names.length === 0) return document;
  document.components = { ...document.components, securitySchemes: structuredClone(schemes) };
  for (const operation of operationsOf(document)) {
    if (operation[PERMISSION_EXTENSION] !== undefined)
      operation.security = names.map((name) => ({ [name]: [] }));
  }
  return document;
}

function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.values(paths).flatMap(({ get, put, post, delete: remove, patch }) =>
    [get, put, post, remove, patch].filter((operation) => operation !== undefined),
  );
}
