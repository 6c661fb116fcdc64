import { assert } from "@std/assert";
import { buildKernel } from "./build_kernel.ts";

Deno.test("kernel.wasm is what assembly/ builds", async () => {
  const committed = await Deno.readFile(new URL("kernel.wasm", import.meta.url));
  const built = await buildKernel();
  const isSame = built.length === committed.length &&
    built.every((byte, i) => byte === committed[i]);
  assert(isSame, "run `deno task kernel` and commit what it writes");
});
