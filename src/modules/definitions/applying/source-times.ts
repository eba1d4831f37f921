import { clone } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { type DataSource, DataSource_SourceMetaSchema } from '../../../generated/feast/core/DataSource_pb.js';
import { type RegistryObject, sectionForObject } from '../diff/registry-objects.js';

/**
 * Feast writes the times of a data source into every copy of it inside another object. `sources` are those of the
 * project, by name.
 */
export function copySourceTimes(object: RegistryObject, sources: ReadonlyMap<string, RegistryObject>): void {
  visitMembers(reflect(sectionForObject(object).schema, object), sources);
}

function visitMembers(message: ReflectMessage, sources: ReadonlyMap<string, RegistryObject>): void {
  for (const member of memberMessages(message)) {
    if (member.desc.typeName === 'feast.core.DataSource') copyTimes(member.message as DataSource, sources);
    visitMembers(member, sources);
  }
}

function copyTimes(copy: DataSource, sources: ReadonlyMap<string, RegistryObject>): void {
  const { meta } = (sources.get(copy.name) as DataSource | undefined) ?? {};
  if (meta !== undefined) copy.meta = clone(DataSource_SourceMetaSchema, meta);
}

function memberMessages(message: ReflectMessage): readonly ReflectMessage[] {
  return message.fields.flatMap((field): readonly ReflectMessage[] => {
    if (field.message === undefined || !message.isSet(field)) return [];
    switch (field.fieldKind) {
      case 'message':
        return [message.get(field)];
      case 'list':
        return [...message.get(field)] as ReflectMessage[];
      case 'map':
        return [...message.get(field).values()] as ReflectMessage[];
    }
  });
}
