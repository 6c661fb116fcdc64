import { Event } from "./event.ts";

/** What an index knows of an event: a few fields by their paths, each a string or, as null, absent. */
export class KnownFields {
  readonly #values: ReadonlyMap<string, string | null>;
  #event: Event | undefined;

  constructor(values: ReadonlyMap<string, string | null>) {
    this.#values = values;
  }

  has(field: string): boolean {
    return this.#values.has(field);
  }

  /** The field's value; null where the event lacks the field, or where nothing is known of it. */
  get(field: string): string | null {
    return this.#values.get(field) ?? null;
  }

  /** An event that has these fields and nothing else, for closures that read events. */
  get event(): Event {
    if (this.#event !== undefined) return this.#event;
    const present = [...this.#values].filter(([, value]) => value !== null);
    const texts = new Map(present.map(([field, value]) => [field, JSON.stringify(value)]));
    return this.#event = new Event({
      fieldText: (name) => texts.get(name),
      fieldNames: () => [...texts.keys()],
      text: () => JSON.stringify(Object.fromEntries(present)),
      // A path that leads into an object is given as the name of a field, which is found first.
      mayHoldDottedNames: () => true,
    });
  }
}
