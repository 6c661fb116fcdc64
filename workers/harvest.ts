import { AlertPacker } from "../core/alert_packs.ts";
import type { PartBuilder } from "./part_builder.ts";
import type { PartReport } from "./protocol.ts";
import { RejectedRecords } from "./rejected_records.ts";

/** Where a harvest stood, to go back to. */
export interface HarvestMark {
  readonly alerts: number;
  readonly rejected: number;
  readonly parts: number;
}

/** What one shard yields beside the outcomes of its objects. */
export class Harvest {
  readonly alerts = new AlertPacker();
  readonly rejected = new RejectedRecords();
  readonly parts: PartBuilder;
  readonly ruleErrors = new Map<string, { count: number; message: string }>();

  /** @param parts emptied, where an earlier shard was broken off */
  constructor(parts: PartBuilder) {
    parts.rollBack(0);
    this.parts = parts;
  }

  /** Notes the place before an object whose reading may yet fail after it has yielded something. */
  mark(): HarvestMark {
    return { alerts: this.alerts.length, rejected: this.rejected.length, parts: this.parts.mark() };
  }

  /** Forgets everything since the mark. */
  rollBack(mark: HarvestMark): void {
    this.alerts.cut(mark.alerts);
    this.rejected.cut(mark.rejected);
    this.parts.rollBack(mark.parts);
  }

  ruleFailed(ruleId: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const known = this.ruleErrors.get(ruleId);
    this.ruleErrors.set(ruleId, { count: (known?.count ?? 0) + 1, message });
  }

  /** Finished part files. */
  takeParts(): PartReport[] {
    return this.parts.take();
  }
}
