/** Holds what is written but not yet delivered and gives it out in the order of delivery: a binary heap. */
export class DeliveryQueue<T extends { readonly deliveredAt: number }> {
  readonly #heap: { readonly item: T; readonly order: number }[] = [];
  #pushed = 0;

  get size(): number {
    return this.#heap.length;
  }

  push(item: T): void {
    const heap = this.#heap;
    heap.push({ item, order: this.#pushed++ });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) break;
      [heap[child], heap[parent]] = [heap[parent], heap[child]];
      child = parent;
    }
  }

  /** Takes out, one by one, what is delivered before the instant; of equal instants what came first. */
  *takeBefore(at: number): Generator<T> {
    while (this.#heap.length > 0 && this.#heap[0].item.deliveredAt < at) yield this.#pop();
  }

  #pop(): T {
    const heap = this.#heap;
    const first = heap[0].item;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      let parent = 0;
      while (true) {
        let least = parent;
        for (const child of [2 * parent + 1, 2 * parent + 2]) {
          if (child < heap.length && this.#before(child, least)) least = child;
        }
        if (least === parent) break;
        [heap[parent], heap[least]] = [heap[least], heap[parent]];
        parent = least;
      }
    }
    return first;
  }

  #before(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    return first.item.deliveredAt < second.item.deliveredAt ||
      (first.item.deliveredAt === second.item.deliveredAt && first.order < second.order);
  }
}
