/**
 * Builds the kernel: `deno task kernel` writes kernel.wasm from assembly/, byte for byte the same each time. It is
 * committed, so that nobody who runs or deploys this project needs the compiler.
 */
import asc from "assemblyscript/asc";

const HERE = new URL(".", import.meta.url);

/** As `ROOM_END` in assembly/layout.ts has it. */
const MEMORY_PAGES = 256 * 16;

const OPTIONS = [
  "-O3",
  "--noAssert",
  // Nothing is allocated but by the kernel itself, and no function comes from the host.
  ...["--runtime", "stub", "--memoryBase", "1024"],
  ...["--enable", "simd", "--enable", "bulk-memory"],
  ...["--initialMemory", `${MEMORY_PAGES}`, "--maximumMemory", `${MEMORY_PAGES}`],
];

/** Compiles assembly/. Throws with what the compiler says. */
export async function buildKernel(): Promise<Uint8Array> {
  let built: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    ["index.ts", ...OPTIONS, "--outFile", "kernel.wasm"],
    {
      readFile: (name) => {
        try {
          return Deno.readTextFileSync(new URL(`assembly/${name}`, HERE));
        } catch {
          return null;
        }
      },
      writeFile: (name, contents) => {
        if (name === "kernel.wasm") built = contents as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || built === null) {
    throw new Error(`Cannot build the kernel: ${stderr.toString() || error?.message}`);
  }
  return built;
}

if (import.meta.main) {
  await Deno.writeFile(new URL("kernel.wasm", HERE), await buildKernel());
}
