import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  arrayElements,
  canonicalJson,
  compactJson,
  compareCodePoints,
  findMembers,
  flatElements,
  objectMembers,
} from "./json_text.ts";

Deno.test("compactJson() removes white space outside strings only", () => {
  assertEquals(compactJson(' { "a b" : [ 1 , "x\\" y" ] }\n'), '{"a b":[1,"x\\" y"]}');
  assertEquals(compactJson('{"a":0.0}'), '{"a":0.0}');
  assertEquals(compactJson('["\\\\" , 1]'), '["\\\\",1]');
});

Deno.test("canonicalJson() sorts keys by code point, not by UTF-16 unit", () => {
  assertEquals(
    canonicalJson('{"\u{1F600}":1,"\uFB00":2,"a":3}'),
    '{"a":3,"\uFB00":2,"\u{1F600}":1}',
  );
});

Deno.test("canonicalJson() keeps numbers as written and drops needless escapes", () => {
  assertEquals(
    canonicalJson('{"b" : 1234.0, "a":12345678901234567890, "c":"\\u0041\\/\\u0001\\n\\ud800"}'),
    '{"a":12345678901234567890,"b":1234.0,"c":"A/\\u0001\\n\\ud800"}',
  );
});

Deno.test("canonicalJson() lets the last of two equal keys count", () => {
  assertEquals(canonicalJson('{"a":1,"\\u0061":2}'), '{"a":2}');
});

Deno.test("canonicalJson() survives any depth", () => {
  const depth = 300_000;
  const deep = "[".repeat(depth) + "]".repeat(depth);
  assertEquals(canonicalJson(deep).length, depth * 2);
});

Deno.test("canonicalJson() refuses what is not JSON", () => {
  for (const bad of ["", "{", "[1,]x", '{"a"}', '{"a":1}}', "[1 2]", '"a']) {
    assertThrows(() => canonicalJson(bad), SyntaxError);
  }
});

Deno.test("canonicalJson() agrees with JSON.parse on random values", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  let state = seed;
  const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  const value = (depth: number): unknown => {
    const pick = Math.floor(random() * (depth > 3 ? 5 : 7));
    if (pick === 0) return null;
    if (pick === 1) return random() < 0.5;
    if (pick === 2) return Math.floor(random() * 1e6) / 4;
    if (pick < 5) {
      return ["a", 'q"', "\\", "\u0000", "é", "\ud83d\ude00", " b "][Math.floor(random() * 7)];
    }
    const length = Math.floor(random() * 4);
    if (pick === 5) return Array.from({ length }, () => value(depth + 1));
    return Object.fromEntries(
      Array.from({ length }, (_, i) => [`k${(i * 7) % 5}`, value(depth + 1)]),
    );
  };
  for (let i = 0; i < 500; i++) {
    const original = value(0);
    assertEquals(JSON.parse(canonicalJson(JSON.stringify(original, null, 2))), original);
    assertEquals(compactJson(JSON.stringify(original, null, 2)), JSON.stringify(original));
  }
});

Deno.test("objectMembers() gives names decoded and values as text, doubles included", () => {
  assertEquals(objectMembers(' { "a" : 0.0 , "\\u0062":{"x":[1]}, "a":null } '), [
    { name: "a", text: "0.0" },
    { name: "b", text: '{"x":[1]}' },
    { name: "a", text: "null" },
  ]);
  assertEquals(objectMembers("{}"), []);
  assertThrows(() => objectMembers("[1]"), SyntaxError);
});

Deno.test("arrayElements() gives each element's text", () => {
  assertEquals(arrayElements('[ 1.0 , {"a":[2]} ,"x,y"]'), ["1.0", '{"a":[2]}', '"x,y"']);
  assertEquals(arrayElements("[]"), []);
  assertThrows(() => arrayElements("{}"), SyntaxError);
});

Deno.test("compareCodePoints() orders as UTF-8 bytes do", () => {
  const encoder = new TextEncoder();
  const samples = [
    "",
    "a",
    "ab",
    "é",
    "\uD7FF",
    "\uE000",
    "\uFFFF",
    "\u{10000}",
    "\u{1F600}",
    "a\u{10FFFF}",
  ];
  for (const a of samples) {
    for (const b of samples) {
      const [x, y] = [encoder.encode(a), encoder.encode(b)];
      let expected = x.length - y.length;
      for (let i = 0; i < Math.min(x.length, y.length); i++) {
        if (x[i] !== y[i]) {
          expected = x[i] - y[i];
          break;
        }
      }
      assert(Math.sign(compareCodePoints(a, b)) === Math.sign(expected), `${a} ${b}`);
    }
  }
});

Deno.test("flatElements() gives the elements of arrays within arrays in their order", () => {
  assertEquals(flatElements('[ 1 , [ "a,]" , [] , [ {"b":[2]} ] ], null ]'), [
    "1",
    '"a,]"',
    '{"b":[2]}',
    "null",
  ]);
  assertEquals(flatElements("[]"), []);
  const depth = 300_000;
  assertEquals(flatElements(`${"[".repeat(depth)}7${"]".repeat(depth)}`), ["7"]);
  assertThrows(() => flatElements("{}"), SyntaxError);
  assertThrows(() => flatElements("[[1]"), SyntaxError);
});

Deno.test("findMembers() gives the last value of each wanted name", () => {
  const found = findMembers('{"a":1,"b.c":{"a":2},"\\u0061":[3],"d":4}', ["a", "b.c", "x"]);
  assertEquals([...found], [["a", "[3]"], ["b.c", '{"a":2}']]);
});
