import { EXIT } from "./exit_codes.ts";

/** A second signal within this time is the first once more: a terminal's Ctrl-C reaches a task's child twice. */
const SAME_SIGNAL_MS = 1000;

/** The process's wish to end. */
export interface Signals extends Disposable {
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly drain: AbortSignal;
  /** The code to exit with after a drain; null while no signal came. */
  readonly exitCode: number | null;
}

/** Listens for SIGINT and SIGTERM: the first drains, a second one leaves at once. */
export function listenForSignals(write: (text: string) => void): Signals {
  const drain = new AbortController();
  let exitCode: number | null = null;
  let firstAt = 0;
  const handlers = (["SIGINT", "SIGTERM"] as const).map((name) => {
    const handler = () => {
      const code = name === "SIGINT" ? EXIT.sigint : EXIT.sigterm;
      if (exitCode === null) {
        exitCode = code;
        firstAt = performance.now();
        write(`${name}: finishing what is held; once more to leave at once\n`);
        drain.abort();
      } else if (performance.now() - firstAt > SAME_SIGNAL_MS) {
        Deno.exit(code);
      }
    };
    Deno.addSignalListener(name, handler);
    return () => Deno.removeSignalListener(name, handler);
  });
  return {
    drain: drain.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]: () => handlers.forEach((remove) => remove()),
  };
}
