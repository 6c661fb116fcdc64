import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { StdoutSink } from "./stdout_sink.ts";
import { makeDelivery, NEVER } from "./testing.ts";

Deno.test("StdoutSink.deliver() writes a line an alert, in order, and closes nothing", async () => {
  const chunks: Uint8Array[] = [];
  let isClosed = false;
  const stream = new WritableStream<Uint8Array>({
    write: (chunk) => void chunks.push(chunk),
    close: () => {
      isClosed = true;
    },
  });
  const sink = new StdoutSink(stream);
  const deliveries = [1, 2, 3].map((n) => makeDelivery(n, { text: "é\n\u{1F600}" }));
  const results = await sink.deliver(deliveries, { signal: NEVER });
  await sink.close();
  assertEquals(results.map((result) => result.kind), ["delivered", "delivered", "delivered"]);
  const text = await new Blob(chunks as BlobPart[]).text();
  assertEquals(text, deliveries.map((delivery) => `${delivery.payload}\n`).join(""));
  assertEquals([isClosed, stream.locked], [false, false]);
});

Deno.test("StdoutSink.deliver() waits for a slow reader and stops waiting on abort", async () => {
  const pass = new TransformStream<Uint8Array, Uint8Array>();
  const sink = new StdoutSink(pass.writable);
  const abort = new AbortController();
  const first = sink.deliver([makeDelivery(1)], { signal: abort.signal });
  let isSettled = false;
  first.then(() => isSettled = true, () => isSettled = true);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert(!isSettled, "nobody has read");
  abort.abort(new Error("enough"));
  await assertRejects(() => first, Error, "enough");
  const reader = pass.readable.getReader();
  assertEquals((await reader.read()).value?.length, makeDelivery(1).payload.length + 1);
  await reader.cancel();
});

Deno.test("StdoutSink.deliver() says later once the reader is gone, also for what follows", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", new URL("testing_stdout.ts", import.meta.url).href],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const told = child.stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  let text = "";
  for await (const line of told) text += `${line}\n`;
  assertEquals((await child.status).code, 0, text);
  assertStringIncludes(text, '"later"');
  assertStringIncludes(text, "Cannot write to stdout: Broken pipe");
});
