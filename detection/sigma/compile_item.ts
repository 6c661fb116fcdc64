import type { Event } from "../event.ts";
import { type Leaf, type Reading, VERDICTS_MAX } from "../leaf.ts";
import { pathOf } from "../path.ts";
import type { ItemAst, TestAst } from "./ast.ts";
import { anyOf, compileValue, type LeafTest } from "./compile_value.ts";

/** Whether an event fulfils a part of a rule. */
export type Matcher = (event: Event) => boolean;

/** The rule and its index ask the same closures; an automaton among them is large enough to be shared. */
const compiledItems = new WeakMap<ItemAst, Matcher>();

/** A closure for one line of a map or one list of keywords. */
export function compileItem(item: ItemAst): Matcher {
  let compiled = compiledItems.get(item);
  if (compiled === undefined) {
    const matches = item.field === null ? compileKeywords(item) : compileField(item, item.field);
    compiled = item.negated ? (event) => !matches(event) : matches;
    compiledItems.set(item, compiled);
  }
  return compiled;
}

/** Tests that are numbered so far, for leaves to remember their verdicts by. */
let judgedTestCount = 0;

/** Each value that must be found may be found in another element of a list. */
function compileField({ every, tests }: ItemAst, field: string): Matcher {
  const path = pathOf(field);
  if (!every && !tests.some(asksForPresence)) {
    const test = anyOf(tests);
    const number = tests.some(readsMore) ? VERDICTS_MAX : judgedTestCount++;
    if (number < VERDICTS_MAX) {
      const judge = test as (leaf: Leaf) => boolean;
      return (event) => {
        const { leaves } = event.read(path);
        for (let i = 0; i < leaves.length; i++) if (leaves[i].judge(number, judge)) return true;
        return false;
      };
    }
    return (event) => {
      const { leaves } = event.read(path);
      for (let i = 0; i < leaves.length; i++) if (test(leaves[i], event)) return true;
      return false;
    };
  }
  const parts = tests.map(compileReading);
  return (event) => {
    const reading = event.read(path);
    return every
      ? parts.every((part) => part(reading, event))
      : parts.some((part) => part(reading, event));
  };
}

/** Whether a test looks at another field of the event too. */
export function readsMore(test: TestAst): boolean {
  return test.kind === "fieldref" || (test.kind === "any" && test.tests.some(readsMore));
}

function asksForPresence(test: TestAst): boolean {
  return test.kind === "exists" || test.kind === "null";
}

function compileReading(test: TestAst): (reading: Reading, event: Event) => boolean {
  if (test.kind === "exists") return ({ present }) => present === test.present;
  if (test.kind === "null") {
    return ({ present, leaves }) => !present || leaves.some(({ kind }) => kind === "null");
  }
  const matches: LeafTest = compileValue(test)!;
  return ({ leaves }, event) => leaves.some((leaf) => matches(leaf, event));
}

/** Keywords are sought in the record's text and in each of its values, so that no escape hides them. */
function compileKeywords({ every, tests }: ItemAst): Matcher {
  const parts = tests.map((test) => anyOf([test]));
  return (event) => {
    const texts = event.keywordTexts();
    const isFound = (part: LeafTest) => texts.some((text) => part(text, event));
    return every ? parts.every(isFound) : parts.some(isFound);
  };
}
