interface Asking {
  readonly shardId: string;
  readonly grant: () => void;
}

/**
 * Who may hold a large object: one shard at a time, from before the object is inflated until its shard is committed,
 * in the order in which they ask. Two isolates with one each, and a third waiting for its commit, would leave the
 * memory that a run may take.
 */
export class LargeTurns {
  #holder: string | null = null;
  readonly #asking: Asking[] = [];

  /** Calls `grant` when it is the shard's turn: at once if it has it already. */
  ask(shardId: string, grant: () => void): void {
    this.#asking.push({ shardId, grant });
    this.#next();
  }

  /** Ends a shard's turn, or its waiting for one; of a shard that never asked nothing changes. */
  end(shardId: string): void {
    for (let i = this.#asking.length - 1; i >= 0; i--) {
      if (this.#asking[i].shardId === shardId) this.#asking.splice(i, 1);
    }
    if (this.#holder === shardId) this.#holder = null;
    this.#next();
  }

  #next(): void {
    for (let i = 0; i < this.#asking.length;) {
      const { shardId, grant } = this.#asking[i];
      this.#holder ??= shardId;
      if (shardId !== this.#holder) {
        i++;
        continue;
      }
      this.#asking.splice(i, 1);
      grant();
    }
  }
}
