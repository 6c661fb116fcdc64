/**
 * The emulator as a process: `deno run -A emulator/main.ts PORT NAME[=FOLDER]…` with the keys of
 * AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. A bucket with a folder is read only. Prints its URL as the one
 * line of stdout when it listens, and ends on SIGINT or SIGTERM.
 */
import { startS3Emulator } from "./mod.ts";

const [port, ...buckets] = Deno.args;
const accessKeyId = Deno.env.get("AWS_ACCESS_KEY_ID");
const secretAccessKey = Deno.env.get("AWS_SECRET_ACCESS_KEY");
if (!/^\d{1,5}$/.test(port ?? "") || !accessKeyId || !secretAccessKey) {
  console.error(
    "Usage: AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… emulator/main.ts PORT NAME[=FOLDER]…",
  );
  Deno.exit(2);
}
const emulator = await startS3Emulator({
  port: Number(port),
  accessKeyId,
  secretAccessKey,
  region: Deno.env.get("AWS_REGION"),
  buckets: buckets.map((bucket) => {
    const equals = bucket.indexOf("=");
    return equals < 0
      ? bucket
      : { name: bucket.slice(0, equals), folder: bucket.slice(equals + 1) };
  }),
});
console.log(emulator.url);
const stop = async () => {
  await emulator[Symbol.asyncDispose]();
  Deno.exit(0);
};
Deno.addSignalListener("SIGINT", stop);
Deno.addSignalListener("SIGTERM", stop);
