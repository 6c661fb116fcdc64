import type { DeadLetterChoice, DeadLetterFilter } from "../coordinator/mod.ts";
import type { DeadLetterFilterSettings } from "../core/deadletters_config.ts";
import { TrailsieveError } from "../core/errors.ts";

/** The filter that the flags make. */
export function filterOf(values: DeadLetterFilterSettings): DeadLetterFilter {
  return {
    kinds: values.kind ?? undefined,
    stages: values.stage ?? undefined,
    uriPrefix: values.prefix ?? undefined,
    sink: values.sink ?? undefined,
    sinceMs: values.since ?? undefined,
  };
}

/** Reads ids. Throws TrailsieveError `usage` that names each that is none. */
export function parseIds(texts: readonly string[]): number[] {
  const wrong = texts.filter((text) => !/^[1-9]\d{0,14}$/.test(text));
  if (wrong.length > 0) {
    throw new TrailsieveError(
      "usage",
      wrong.map((text) => `${JSON.stringify(text)} is no id of a dead letter`).join("\n"),
      { hint: "deadletters list shows the ids" },
    );
  }
  return texts.map(Number);
}

/** What the ids, or --all with its filters, choose. Throws TrailsieveError `usage` where it is neither or both. */
export function choiceOf(
  values: DeadLetterFilterSettings & { readonly all: boolean },
  texts: readonly string[],
): DeadLetterChoice {
  const filter = filterOf(values);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  if (texts.length > 0 && (values.all || isFiltered)) {
    throw new TrailsieveError("usage", "ids cannot stand beside --all or a filter");
  }
  if (texts.length === 0 && !values.all) {
    throw new TrailsieveError(
      "usage",
      isFiltered ? "a filter needs --all beside it" : "the ids are missing",
      { hint: "Give ids such as 17 18, or --all with filters such as --stage fetch" },
    );
  }
  return texts.length > 0 ? { ids: parseIds(texts) } : { filter };
}
