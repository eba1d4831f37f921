import { create } from '@bufbuild/protobuf';
import {
  type InfraObject,
  InfraObjectSchema,
  InfraSchema,
} from '../../../generated/feast/core/InfraObject_pb.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';

const SQLITE_TABLE = 'feast.infra.online_stores.sqlite.SqliteTable';

/** A table of a SQLite file, as the registry notes it for Feast. */
export interface NotedTable {
  readonly path: string;
  readonly name: string;
}

export interface InfraChange {
  /** The registry is to be written. */
  readonly changed: boolean;
  /** Tables that were noted with another file. */
  readonly moved: readonly { readonly name: string; readonly before: string; readonly after: string }[];
}

/**
 * Notes the tables of a project the way Feast does: in place of everything that was noted. Tables of another project
 * must not stay: an apply of Feast drops what it finds there under a name that begins like its own project.
 *
 * What a registry notes is for Feast alone. It is never acted upon: it may name a file of somebody else.
 */
export function noteTables(registry: Registry, tables: readonly NotedTable[]): InfraChange {
  const noted = registry.infra?.infraObjects ?? [];
  const before = new Map(noted.flatMap((object) => notedTable(object)));
  const isSame =
    noted.length === tables.length && tables.every(({ name, path }) => before.get(name) === path);
  if (isSame) return { changed: false, moved: [] };
  registry.infra = create(InfraSchema, { infraObjects: tables.map(infraObject) });
  const moved = tables.flatMap(({ name, path: after }) => {
    const path = before.get(name);
    return path === undefined || path === after ? [] : [{ name, before: path, after }];
  });
  return { changed: true, moved };
}

/** Takes tables that are gone from what is noted: Feast would otherwise take them for tables that it is to drop. */
export function forgetTables(registry: Registry, names: ReadonlySet<string>): void {
  if (registry.infra === undefined) return;
  registry.infra.infraObjects = registry.infra.infraObjects.filter(
    (object) => !notedTable(object).some(([name]) => names.has(name)),
  );
}

function notedTable({ infraObject }: InfraObject): readonly (readonly [string, string])[] {
  return infraObject.case === 'sqliteTable' ? [[infraObject.value.name, infraObject.value.path]] : [];
}

function infraObject({ path, name }: NotedTable): InfraObject {
  return create(InfraObjectSchema, {
    infraObjectClassType: SQLITE_TABLE,
    infraObject: { case: 'sqliteTable', value: { path, name } },
  });
}
