import { decodeValue } from '../../common/codec/value.codec.js';
import type { FeatureValue } from '../../common/model/value.js';
import type { CellSink } from '../online-store/online-store.js';
import type { OnDemandPlan } from './on-demand.plan.js';
import { type ResponseCells, tooLarge, type ViewRows } from './response-cells.js';

export interface InputRules {
  /** Values of a row that is too old are not served, to computations neither. */
  readonly dropsStale: boolean;
  readonly maxBytes: number;
}

/** Keeps what computations need of a read, and passes on what the answer shows. */
export class InputSink implements CellSink {
  /** `columns[input][distinct row]`. */
  columns: (FeatureValue[] | undefined)[] = [];
  private bytes = 0;

  constructor(
    private readonly plan: OnDemandPlan,
    private readonly cells: ResponseCells,
    private readonly views: readonly ViewRows[],
    private readonly rules: InputRules,
  ) {}

  begin(): void {
    this.cells.begin();
    this.reset();
  }

  row(view: number, row: number, eventTimeMicros: number): void {
    this.cells.row(view, row, eventTimeMicros);
  }

  // oxlint-disable-next-line max-params -- the port: an object per cell would cost more than the cell
  cell(view: number, field: number, row: number, bytes: Uint8Array, start: number, end: number): void {
    if (field < (this.views[view] as ViewRows).outputNames.length) {
      this.cells.cell(view, field, row, bytes, start, end);
    }
    const input = (this.plan.inputOf[view] as Int32Array)[field] as number;
    if (input < 0 || (this.rules.dropsStale && this.cells.of(view).stale[row] === 1)) return;
    this.bytes += end - start;
    if (this.bytes > this.rules.maxBytes) throw tooLarge(this.rules.maxBytes);
    (this.columns[input] as FeatureValue[])[row] = decodeValue(bytes, start, end);
  }

  private reset(): void {
    this.bytes = 0;
    this.columns = this.plan.viewOf.map((view) => {
      const rows = (this.views[view] as ViewRows).distinctRows;
      // Two steps: a function per row would cost more than the row.
      return Array<FeatureValue>(rows).fill(null);
    });
  }
}
