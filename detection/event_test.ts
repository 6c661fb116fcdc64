import { assert, assertEquals, assertThrows } from "@std/assert";
import { Event } from "./event.ts";
import { recordFieldsFromText } from "./record_fields.ts";

const eventOf = (json: string) => new Event(recordFieldsFromText(json));

Deno.test("Event.get() gives values as JSON does", () => {
  const event = eventOf(
    '{"s":"x","n":1.5,"t":true,"z":null,"o":{"a":{"b":[1,{"c":2}]}},"l":["x"]}',
  );
  assertEquals(event.get("s"), "x");
  assertEquals(event.get("n"), 1.5);
  assertEquals(event.get("t"), true);
  assertEquals(event.get("z"), null);
  assertEquals(event.get("o.a"), { b: [1, { c: 2 }] });
  assertEquals(event.get("o.a.b"), [1, { c: 2 }]);
  assertEquals(event.get("l"), ["x"]);
});

Deno.test("Event.get() gives undefined where the path leads nowhere", () => {
  const event = eventOf('{"s":"x","z":null,"o":{"a":1},"l":[{"c":2}]}');
  for (const path of ["x", "s.length", "z.a", "o.b", "o.a.b", "l.c", "l.0", "l.length", "", "."]) {
    assertEquals(event.get(path), undefined, path);
  }
});

Deno.test("Event.get() sees no more than the record's own names", () => {
  const event = eventOf('{"o":{"a":1},"__proto__":{"b":2}}');
  assertEquals(event.get("constructor"), undefined);
  assertEquals(event.get("o.toString"), undefined);
  assertEquals(event.get("o.__proto__"), undefined);
  assertEquals(event.get("__proto__.b"), 2);
});

Deno.test("Event.get() finds a name that holds a dot before a nested path", () => {
  const event = eventOf('{"a.b":1,"a":{"b":2,"c.d":3,"c":{"d":4,"e":5}},"x.y":{"z":6}}');
  assertEquals(event.get("a.b"), 1);
  assertEquals(event.get("a.c.d"), 3);
  assertEquals(event.get("a.c.e"), 5);
  assertEquals(event.get("x.y.z"), 6);
});

Deno.test("Event.get() takes the last of two equal names", () => {
  assertEquals(eventOf('{"a":1,"a":{"b":2,"b":3}}').get("a.b"), 3);
});

Deno.test("Event.get() parses a value once and shares it", () => {
  const event = eventOf('{"a":{"b":{"c":1}}}');
  assert(event.get("a.b") === event.get("a.b"));
  assert(event.get("a.b") === (event.get("a") as { b: unknown }).b);
});

Deno.test("Event.reset() forgets the event before", () => {
  const event = eventOf('{"a":{"b":1},"c":2}');
  assertEquals([event.get("a.b"), event.read("c").leaves[0].text], [1, "2"]);
  event.reset(recordFieldsFromText('{"a":{"b":3}}'));
  assertEquals([event.get("a.b"), event.read("c").present], [3, false]);
  assertEquals(event.text(), '{"a":{"b":3}}');
});

Deno.test("Event.read() keeps numbers and objects in the source's own text", () => {
  const event = eventOf('{"n" : 1234.0, "big":12345678901234567890, "o": {"a" : [ 0.0 ]}}');
  const texts = (path: string) => event.read(path).leaves.map(({ text }) => text);
  assertEquals(texts("n"), ["1234.0"]);
  assertEquals(texts("big"), ["12345678901234567890"]);
  assertEquals(texts("o"), ['{"a":[0.0]}']);
  assertEquals(texts("o.a"), ["0.0"]);
});

Deno.test("Event.read() gives elements of lists in the order of the source", () => {
  const event = eventOf('{"l":[{"a":[1,[2,3]]},{"b":9},{"a":4},5,null]}');
  assertEquals(event.read("l.a").leaves.map(({ text }) => text), ["1", "2", "3", "4"]);
  assertEquals(event.read("l").leaves.map(({ kind }) => kind), [
    "object",
    "object",
    "object",
    "number",
    "null",
  ]);
});

Deno.test("Event survives nesting that would overflow a stack", () => {
  const depth = 200_000;
  const event = eventOf(`{"a":${'{"b":['.repeat(depth)}1${"]}".repeat(depth)},"c":"x"}`);
  assertEquals(event.get("c"), "x");
  assertEquals(event.get("a.b.b"), undefined);
  assertEquals(event.read("a.b.b.b.c").present, false);
  assert(event.read("a").leaves[0].text.length > depth);
});

Deno.test("recordFieldsFromText() refuses what is no JSON object", () => {
  for (const text of ["[1]", '"x"', "{", '{"a":1,}', ""]) {
    assertThrows(() => recordFieldsFromText(text), SyntaxError);
  }
});

Deno.test("recordFieldsFromText() names each field once", () => {
  const fields = recordFieldsFromText('{"a":1,"b":2,"a":3}');
  assertEquals(fields.fieldNames(), ["a", "b"]);
  assertEquals([fields.fieldText("a"), fields.fieldText("c")], ["3", undefined]);
});

Deno.test("Event reads large fields as it reads small ones", () => {
  const eventWith = (members: number) => {
    const filler = Array.from({ length: members }, (_, i) => `"m${i}":{"n":[${i},"${i}"]}`).join(
      ",",
    );
    const parameters = `{"a.b":1,"a":{"b":2,"c":[{"d":0.0},{"d":"x"}]},${filler},"last":null}`;
    return new Event(recordFieldsFromText(`{"requestParameters":${parameters}}`));
  };
  const [small, large] = [eventWith(10), eventWith(80_000)];
  assert(large.text().length > 1_500_000);
  for (
    const path of ["a.b", "a.c", "a.c.d", "a.d", "m7.n", "m7.n.x", "last", "last.x", "none", "a"]
  ) {
    const whole = `requestParameters.${path}`;
    assertEquals(large.get(whole), small.get(whole), path);
    assertEquals(large.read(whole), small.read(whole), path);
  }
});
