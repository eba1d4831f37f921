import { pythonRepr } from '../../common/codec/python-text.js';
import type { SelectedView } from './view-selection.js';

/** Of views that Feast marks while it loads them: those that a Feast beside us is loading, or left behind so. */
export function materializingViews(selected: readonly SelectedView[]): readonly string[] {
  return selected.flatMap(({ view }) =>
    view.kind !== 'on_demand_feature_view' && view.state === 'MATERIALIZING' ? [view.name] : [],
  );
}

/** What Feast answers with 409 to an asynchronous call. */
export function conflictBody(viewNames: readonly string[]): unknown {
  return {
    error:
      'Cannot start async materialization — the following feature views are already in MATERIALIZING state: ' +
      `${pythonRepr([...viewNames])}. Use ?force=true to override.`,
    feature_views: viewNames,
  };
}
