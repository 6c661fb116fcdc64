/** Numbers from 0 up to 1 that repeat with the seed (mulberry32): what a test prints is enough to run it again. */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Runs a test with the given seed, that of TEST_SEED, or a new one. A failure names it: `deno test --quiet` shows nothing of what
 * a test prints, also where it fails.
 */
export async function withSeed<T>(
  run: (seed: number) => Promise<T>,
  given: string | undefined = Deno.env.get("TEST_SEED"),
): Promise<T> {
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  console.log(`seed ${seed}`);
  try {
    return await run(seed);
  } catch (error) {
    if (error instanceof Error) error.message = `with seed ${seed}: ${error.message}`;
    throw error;
  }
}

/** The list in a random order. */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
