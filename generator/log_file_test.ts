import { assertEquals } from "@std/assert";
import { LogFileWriter } from "./log_file.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("LogFileWriter writes a list of records, also an empty one and one after another", () => {
  const file = new LogFileWriter();
  file.start();
  assertEquals(decode(file.finish()), '{"Records":[]}');
  file.start();
  file.addRecord(encode('{"a":1}'));
  file.addRecord(encode('{"b":2}'));
  assertEquals(file.count, 2);
  assertEquals(decode(file.finish()), '{"Records":[{"a":1},{"b":2}]}');
  file.start();
  assertEquals(file.count, 0);
});

Deno.test("LogFileWriter grows beyond its first buffer without losing bytes", () => {
  const file = new LogFileWriter();
  const record = encode(JSON.stringify({ text: "x".repeat(700_000) }));
  file.start();
  for (let index = 0; index < 5; index++) file.addRecord(record);
  const { Records } = JSON.parse(decode(file.finish()));
  assertEquals(Records.length, 5);
  assertEquals(Records[4].text.length, 700_000);
});

Deno.test("LogFileWriter.copyRecords() ends at the last record and survives the next file", () => {
  const file = new LogFileWriter();
  file.start();
  for (const text of ['{"a":1}', '{"b":2}', '{"c":3}']) file.addRecord(encode(text));
  const copies = file.copyRecords(1, 8);
  file.start();
  file.addRecord(encode('{"overwritten":true}'));
  assertEquals(copies.map(decode), ['{"b":2}', '{"c":3}']);
});
