import { describe, expect, it } from 'vitest';
import * as salver from '../../../definitions/index.js';
import { untyped } from '../../../../test/support/definition-problems.js';
import {
  driver,
  problemsOf,
  pushed,
  rows,
  schema,
  stats,
} from '../../../../test/support/trip-definitions.js';

const { featureView, fileSource, float32, requestSource } = salver;

const request = requestSource({ name: 'request', schema: { amount: float32 } });

describe('what is wrong with sources', () => {
  it('of one name that differ, exported or not, whatever the case; equal ones are one', () => {
    const other = fileSource({ name: 'Rows', path: 'other.parquet', timestampField: 'at' });
    const twin = fileSource({
      name: 'rows',
      path: 'rows.parquet',
      timestampField: 'at',
      createdTimestampColumn: 'made',
    });
    const view = featureView({ name: 'v', schema, source: other });
    const twinView = featureView({ name: 'w', schema, source: twin });
    expect(problemsOf({ view, twinView })).toEqual([
      "f.ts: view.source.name: 'Rows' is the name of another source already ('stats' in f.ts): give one of them another name, or use one source for both",
    ]);
    expect(problemsOf({ other })).toEqual([
      "f.ts: stats.source.name: 'rows' is the name of another source already ('other' in f.ts): give one of them another name, or use one source for both",
    ]);
  });

  it('that lack something', () => {
    const file = untyped.fileSource({
      timestampField: 'at',
      createdTimestampColumn: 'at',
      fileFormat: 'csv',
    });
    const push = untyped.pushSource({ name: 'push' });
    const kafka = untyped.kafkaSource({
      name: 'kafka',
      topic: 't',
      timestampField: 'at',
      batchSource: driver,
    });
    expect(problemsOf({ file, push, kafka })).toEqual([
      "f.ts: file.fileFormat: must be one of 'parquet', 'delta', is the text \"csv\"",
      "f.ts: file.createdTimestampColumn: is the timestampField too ('at'): leave one of them out",
      'f.ts: file.path: is missing',
      'f.ts: push.batchSource: must be made by one of fileSource, is missing',
      "f.ts: kafka.batchSource: must be made by one of fileSource, is an entity ('driver')",
      'f.ts: kafka.kafkaBootstrapServers: is missing',
      "f.ts: kafka.messageFormat: is missing: { format: 'json', schemaJson: '…' }, or 'avro', or 'proto' with a classPath",
    ]);
  });

  it('that are not for such a view', () => {
    const batch = untyped.batchFeatureView({ name: 'b', schema, source: pushed });
    const none = untyped.batchFeatureView({ name: 'n', schema });
    const stream = untyped.streamFeatureView({ name: 's', schema, source: rows, sinkSource: rows });
    const view = untyped.featureView({ name: 'v', schema, source: request, sinkSource: rows });
    const derived = untyped.featureView({ name: 'd', schema, source: [stats, driver] });
    expect(problemsOf({ batch, none, stream, view, derived })).toEqual([
      "f.ts: batch.source: must be made by one of fileSource, is a source ('pushed'), made by pushSource",
      'f.ts: none.source: is missing: say where the rows come from',
      "f.ts: stream.source: must be made by one of pushSource, kafkaSource, is a source ('rows'), made by fileSource",
      'f.ts: stream.sinkSource: there is no such option',
      'f.ts: view.sinkSource: is for a view that is derived from other views: name them in source, or remove it',
      "f.ts: view.source: must be made by one of fileSource, pushSource, kafkaSource, kinesisSource, is a source ('request'), made by requestSource",
      "f.ts: derived.source[1]: must be a feature view, is an entity ('driver')",
      'f.ts: derived.sinkSource: is missing: a view that is derived from others needs a fileSource to keep its rows',
    ]);
  });

  it('of streams whose aggregations cannot be computed', () => {
    const stream = salver.streamFeatureView({
      name: 's',
      schema,
      source: pushed,
      enableTiling: true,
      aggregations: [{ column: 'trips', function: 'sum', timeWindow: salver.minutes(5) }],
    });
    expect(problemsOf({ stream })).toEqual([
      'f.ts: stream.timestampField: is missing: aggregations go by the time of a column',
      'f.ts: stream.aggregations[0]: needs a timeWindow longer than the hop of tiling, which is 300 seconds',
    ]);
  });
});
