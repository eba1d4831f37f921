import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DescEnum, DescField, DescFile, DescMessage, DescService } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { FieldOptionsSchema } from '@bufbuild/protobuf/wkt';
import { create } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, it } from 'vitest';

interface FieldRow {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  readonly repeated: boolean;
  readonly map?: { readonly key: string; readonly value: string };
  readonly oneof?: string;
  readonly optional?: boolean;
  readonly packed?: boolean;
  readonly deprecated?: boolean;
}

interface MessageRow {
  readonly file: string;
  readonly fields: readonly FieldRow[];
  readonly reserved_numbers?: readonly (readonly [number, number])[];
  readonly reachable_from?: readonly string[];
}

interface EnumRow {
  readonly file: string;
  readonly values: readonly { readonly name: string; readonly number: number }[];
  readonly reachable_from?: readonly string[];
}

interface ServiceRow {
  readonly file: string;
  readonly methods: readonly {
    readonly name: string;
    readonly input: string;
    readonly output: string;
    readonly client_streaming: boolean;
    readonly server_streaming: boolean;
  }[];
}

interface ProtoTable {
  readonly files: Readonly<Record<string, { package: string; syntax: string; imports: readonly string[] }>>;
  readonly messages: Readonly<Record<string, MessageRow>>;
  readonly enums: Readonly<Record<string, EnumRow>>;
  readonly services: Readonly<Record<string, ServiceRow>>;
  readonly proto_file_only: {
    readonly messages: Readonly<Record<string, MessageRow>>;
    readonly extra_fields: Readonly<Record<string, readonly FieldRow[]>>;
  };
}

const table = JSON.parse(readFileSync('test/fixtures/spec/registry-proto.json', 'utf8')) as ProtoTable;
const generatedDirectory = 'src/generated';

function scalarName(scalar: ScalarType): string {
  return (ScalarType[scalar] ?? '').toLowerCase();
}

function typeName(field: DescField): string {
  switch (field.fieldKind) {
    case 'map':
      return 'map';
    case 'scalar':
      return scalarName(field.scalar);
    case 'message':
      return field.message.typeName;
    case 'enum':
      return field.enum.typeName;
    case 'list':
      return field.listKind === 'scalar'
        ? scalarName(field.scalar)
        : field.listKind === 'enum'
          ? field.enum.typeName
          : field.message.typeName;
  }
}

function mapRow(field: DescField): FieldRow['map'] {
  if (field.fieldKind !== 'map') return undefined;
  const value =
    field.mapKind === 'scalar'
      ? scalarName(field.scalar)
      : field.mapKind === 'enum'
        ? field.enum.typeName
        : field.message.typeName;
  return { key: scalarName(field.mapKey), value };
}

function isPackable(field: DescField): boolean {
  if (field.fieldKind !== 'list') return false;
  if (field.listKind === 'enum') return true;
  return (
    field.listKind === 'scalar' && field.scalar !== ScalarType.STRING && field.scalar !== ScalarType.BYTES
  );
}

function fieldRow(field: DescField): FieldRow {
  const map = mapRow(field);
  const options = field.proto.options ?? create(FieldOptionsSchema);
  return {
    name: field.name,
    number: field.number,
    type: typeName(field),
    repeated: field.fieldKind === 'list',
    ...(map === undefined ? {} : { map }),
    ...(field.oneof === undefined ? {} : { oneof: field.oneof.name }),
    ...(field.proto.proto3Optional ? { optional: true } : {}),
    ...(isPackable(field) && field.fieldKind === 'list' ? { packed: field.packed } : {}),
    ...(options.deprecated ? { deprecated: true } : {}),
  };
}

function byNumber<T extends { readonly number: number }>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((left, right) => left.number - right.number);
}

function messageRow(message: DescMessage): MessageRow {
  const reserved = message.proto.reservedRange.map((range): [number, number] => [range.start, range.end - 1]);
  return {
    file: message.file.proto.name,
    fields: byNumber(message.fields.map(fieldRow)),
    ...(reserved.length === 0 ? {} : { reserved_numbers: reserved }),
  };
}

function enumRow(description: DescEnum): EnumRow {
  return {
    file: description.file.proto.name,
    values: description.values.map((value) => ({ name: value.name, number: value.number })),
  };
}

function serviceRow(service: DescService): ServiceRow {
  return {
    file: service.file.proto.name,
    methods: service.methods.map((method) => ({
      name: method.name,
      input: method.input.typeName,
      output: method.output.typeName,
      client_streaming: method.proto.clientStreaming,
      server_streaming: method.proto.serverStreaming,
    })),
  };
}

function messagesOf(messages: readonly DescMessage[]): DescMessage[] {
  return messages.flatMap((message) => [message, ...messagesOf(message.nestedMessages)]);
}

async function generatedFiles(): Promise<DescFile[]> {
  const names = readdirSync(generatedDirectory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('_pb.ts'),
  );
  const modules = await Promise.all(
    names.map(
      async (name) =>
        (await import(pathToFileURL(join(generatedDirectory, name)).href)) as Readonly<
          Record<string, unknown>
        >,
    ),
  );
  return modules.flatMap((module) =>
    Object.entries(module)
      .filter(([name]) => name.startsWith('file_'))
      .map(([, file]) => file as DescFile),
  );
}

function expectedMessages(): Record<string, MessageRow> {
  const { messages: onlyInProto, extra_fields: extraFields } = table.proto_file_only;
  return Object.fromEntries(
    Object.entries({ ...table.messages, ...onlyInProto }).map(([name, row]) => [
      name,
      {
        file: row.file,
        fields: byNumber([...row.fields, ...(extraFields[name] ?? [])]),
        ...(row.reserved_numbers === undefined ? {} : { reserved_numbers: row.reserved_numbers }),
      },
    ]),
  );
}

describe('the wire contract of the registry', () => {
  let files: DescFile[] = [];
  let messages: DescMessage[] = [];

  beforeAll(async () => {
    files = await generatedFiles();
    messages = messagesOf(files.flatMap((file) => file.messages));
  });

  it('has the files of Feast, with their packages', () => {
    const actual = Object.fromEntries(
      files.map((file) => [
        file.proto.name,
        { package: file.proto.package, imports: file.proto.dependency.toSorted() },
      ]),
    );
    const expected = Object.fromEntries(
      Object.entries(table.files).map(([name, file]) => [
        name,
        { package: file.package, imports: file.imports.toSorted() },
      ]),
    );
    expect(actual).toEqual(expected);
    expect(new Set(files.map((file) => file.proto.syntax))).toEqual(new Set(['proto3']));
  });

  it('has every message and field, and no other', () => {
    const actual = Object.fromEntries(messages.map((message) => [message.typeName, messageRow(message)]));
    expect(actual).toEqual(expectedMessages());
    expect(messages).toHaveLength(233);
  });

  it('has every enum and value, and no other', () => {
    const enums = [
      ...files.flatMap((file) => file.enums),
      ...messages.flatMap((message) => message.nestedEnums),
    ];
    const expected = Object.fromEntries(
      Object.entries(table.enums).map(([name, row]) => [name, { file: row.file, values: row.values }]),
    );
    expect(
      Object.fromEntries(enums.map((description) => [description.typeName, enumRow(description)])),
    ).toEqual(expected);
  });

  it('has every service and method, and no other', () => {
    const services = files.flatMap((file) => file.services);
    expect(Object.fromEntries(services.map((service) => [service.typeName, serviceRow(service)]))).toEqual(
      table.services,
    );
  });

  it.skipIf(spawnSync('protoc', ['--version']).status !== 0)('is what the files in proto/ say', () => {
    const check = spawnSync(process.execPath, ['scripts/generate-proto.mjs', '--check'], {
      encoding: 'utf8',
    });
    expect(check.stderr).toBe('');
    expect(check.status).toBe(0);
  });
});
