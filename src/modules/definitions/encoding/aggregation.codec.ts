import { create } from '@bufbuild/protobuf';
import { AggregationSchema, type Aggregation } from '../../../generated/feast/core/Aggregation_pb.js';
import { encodeDuration } from './duration.codec.js';
import { OptionsReader } from './options-reader.js';
import { pathTo } from './problem-report.js';

/** Shape: an element of the `aggregations` of a view. */
export function encodeAggregation(view: OptionsReader, value: unknown, index: number): Aggregation {
  const path = pathTo('aggregations', index);
  const tell = (property: string | undefined, message: string): void => view.tell(property, message);
  const reader = new OptionsReader(value, tell, path);
  const windowMs = reader.durationMs('timeWindow');
  const slideMs = reader.durationMs('slideInterval');
  // As Feast does: a slide of nothing is the window.
  const usedSlideMs = slideMs === undefined || slideMs === 0 ? windowMs : slideMs;
  const aggregation = create(AggregationSchema, {
    column: reader.requiredText('column'),
    function: reader.requiredText('function'),
    name: reader.text('name'),
    ...(windowMs === undefined ? {} : { timeWindow: encodeDuration(windowMs) }),
    ...(usedSlideMs === undefined ? {} : { slideInterval: encodeDuration(usedSlideMs) }),
  });
  reader.finish();
  return aggregation;
}
