import { assertEquals } from "@std/assert";
import { LIMITS } from "../core/limits.ts";
import { RejectedRecords } from "./rejected_records.ts";

const { rejectedRecordsMax, rejectedTextMax, rejectedTextsMax } = LIMITS;

function reject(rejected: RejectedRecords, object: number, count: number, text = "{}"): void {
  for (let index = 0; index < count; index++) {
    rejected.add({ object, index, reason: "eventTime is missing" }, () => text);
  }
}

Deno.test("RejectedRecords reports each record, and those of an object beyond a bound together", () => {
  const rejected = new RejectedRecords();
  reject(rejected, 0, 2);
  reject(rejected, 3, rejectedRecordsMax + 1);
  reject(rejected, 4, rejectedRecordsMax + 5000);
  reject(rejected, 5, 1);
  const reports = rejected.take();
  const countsOf = (object: number) =>
    reports.filter((report) => report.object === object).map(({ count }) => count);
  assertEquals(countsOf(0), [1, 1]);
  assertEquals(countsOf(3), new Array(rejectedRecordsMax + 1).fill(1));
  assertEquals(countsOf(4), [...new Array(rejectedRecordsMax).fill(1), 5000]);
  assertEquals(reports.find(({ count }) => count > 1)?.index, rejectedRecordsMax);
  assertEquals(countsOf(5), [1]);
  assertEquals(rejected.take(), []);
});

Deno.test("RejectedRecords that are cut back begin the object anew", () => {
  const rejected = new RejectedRecords();
  reject(rejected, 0, 1);
  const mark = rejected.length;
  reject(rejected, 1, rejectedRecordsMax + 7);
  rejected.cut(mark);
  reject(rejected, 1, 3);
  assertEquals(rejected.take().map(({ object, count }) => [object, count]), [
    [0, 1],
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
});

Deno.test("RejectedRecords keep the beginnings of long texts once there are many", () => {
  const rejected = new RejectedRecords();
  const many = Math.ceil(rejectedTextsMax / rejectedTextMax) + 10;
  reject(rejected, 0, many, "x".repeat(rejectedTextMax));
  const lengths = rejected.take().map(({ text }) => text.length);
  assertEquals(new Set(lengths), new Set([rejectedTextMax, 200]));
  assertEquals(lengths.at(-1), 200);
});
