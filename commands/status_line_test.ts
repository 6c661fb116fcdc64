import { assertEquals } from "@std/assert";
import { StatusLine } from "./status_line.ts";

/** What a terminal shows of a text, line by line. */
function screen(text: string): string[] {
  return text.split("\n").map((line) => line.split("\r\x1b[2K").at(-1)!);
}

function open() {
  let written = "";
  const line = new StatusLine((text) => written += text);
  return { line, lines: () => screen(written), written: () => written };
}

Deno.test("StatusLine keeps the status below what is written", () => {
  const { line, lines } = open();
  line.show("10%");
  line.write("one\n");
  line.show("20%");
  line.write("two\nthree\n");
  assertEquals(lines(), ["one", "two", "three", "20%"]);
  line.show("");
  line.write("end\n");
  assertEquals(lines(), ["one", "two", "three", "end", ""]);
});

Deno.test("StatusLine glues no status to a line that is not over", () => {
  const { line, lines } = open();
  line.show("10%");
  line.write("half");
  line.show("20%");
  line.write(" a line\n");
  line.show("30%");
  assertEquals(lines(), ["half a line", "30%"]);
});

Deno.test("StatusLine writes nothing of its own where no status is shown", () => {
  const { line, written } = open();
  line.write("one\n");
  line.show("");
  assertEquals(written(), "one\n");
});
