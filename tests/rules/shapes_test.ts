import { assert } from "@std/assert";
import { readPack, viewOf } from "./pack.ts";

/** What real logs, and attackers, put where a rule expects something else. */
const ODD_VALUES: readonly unknown[] = [
  null,
  "",
  "text",
  "%E0%A4%A",
  '{"Statement":[null,1,"*",[],{"Effect":"Allow","Principal":{"AWS":{}},"Condition":{"Bool":1}}]}',
  -0.5,
  true,
  [],
  [null, 7, "x", {}, []],
  {},
  { items: [null, 7, "x", { items: {} }] },
  { items: "x", Statement: { Effect: [], Action: {}, Condition: [] } },
];

Deno.test("pack: no TypeScript rule throws, whatever stands where it reads", async () => {
  for (const { path, rule, cases } of await readPack()) {
    // What Sigma rules do with odd values is the engine's business, and tested there.
    if (!path.endsWith(".rule.ts")) continue;
    const seen = new Set<string>();
    for (const { event } of [...cases?.match ?? [], ...cases?.no_match ?? []]) {
      for (const odd of variantsOf(event)) {
        const text = JSON.stringify(odd);
        if (seen.has(text)) continue;
        seen.add(text);
        const view = viewOf(odd);
        try {
          assert(typeof rule.matches(view) === "boolean");
          rule.alertTitle?.(view);
          rule.dedupKey?.(view);
        } catch (error) {
          throw new Error(`${path} fails on ${text}`, { cause: error });
        }
      }
    }
  }
});

/** The event with each of its values, at any depth, taken away or replaced by each odd one. */
function* variantsOf(event: unknown): Generator<unknown> {
  if (typeof event !== "object" || event === null) return;
  for (const [name, value] of Object.entries(event)) {
    for (const replaced of [undefined, ...ODD_VALUES]) yield withMember(event, name, replaced);
    for (const inner of variantsOf(value)) yield withMember(event, name, inner);
  }
}

function withMember(parent: object, name: string, value: unknown): unknown {
  if (Array.isArray(parent)) return parent.map((old, at) => String(at) === name ? value : old);
  return { ...parent, [name]: value };
}

Deno.test("pack: no title or dedup key grows with what an attacker wrote", async () => {
  const long = "x".repeat(10_000);
  for (const { path, rule, cases } of await readPack()) {
    for (const { event } of cases?.match ?? []) {
      const text = JSON.stringify(
        event,
        (_name, value) =>
          typeof value === "string" && !/^(Allow|Deny)$/.test(value) ? value + long : value,
      );
      const view = viewOf(JSON.parse(text));
      const title = rule.alertTitle?.(view) ?? "";
      assert(title.length < 2_000, `${path}: title of ${title.length} characters`);
      const key = rule.dedupKey?.(view) ?? "";
      assert(key.length < 2_000, `${path}: dedup key of ${key.length} characters`);
    }
  }
});
