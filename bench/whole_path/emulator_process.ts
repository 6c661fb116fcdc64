import { fileURLToPath } from "node:url";

const KEYS = { AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST", AWS_SECRET_ACCESS_KEY: "secret" };

/** An S3 server as a process of its own, over a trail's folder. */
export interface Emulator extends AsyncDisposable {
  readonly bucket: string;
  /** What a client's environment needs. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts it on a free port, with the folder as a bucket that is read only. */
export async function startEmulatorProcess(folder: string): Promise<Emulator> {
  const bucket = "trail";
  const child = new Deno.Command("deno", {
    args: [
      ...["run", "-A", "--config", fileURLToPath(new URL("../../deno.json", import.meta.url))],
      fileURLToPath(new URL("../../emulator/main.ts", import.meta.url)),
      ...["0", `${bucket}=${folder}`],
    ],
    env: KEYS,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  return {
    bucket,
    env: { ...KEYS, AWS_ENDPOINT_URL: value!.trim(), AWS_REGION: "us-east-1" },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.stdin.close();
      await child.status;
      await reader.cancel();
    },
  };
}
