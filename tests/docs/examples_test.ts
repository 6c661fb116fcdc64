/** The examples in documents are what the program takes. */
import { assert, assertEquals } from "@std/assert";
import { sql } from "kysely";
import type { Command } from "../../commands/command.ts";
import { readSettings } from "../../core/settings.ts";
import { databaseOf } from "../store/_databases.ts";
import { openStore } from "../../store/mod.ts";
import { codeBlocks, readDocuments, readText, taskCommands } from "./_documents.ts";

const documents = readDocuments();
const blocks = documents.flatMap(({ path, text }) =>
  codeBlocks(text).map((block) => ({ ...block, path }))
);
const tasks: Record<string, unknown> = JSON.parse(readText("deno.json")).tasks;

Deno.test("documents name tasks, flags and values that exist", async () => {
  const words = blocks.flatMap(({ code }) => taskCommands(code));
  assert(words.length >= 10);
  for (const [task, ...args] of words) {
    assert(Object.hasOwn(tasks, task), `deno task ${task}`);
    // Those are no commands of the program.
    if (["test", "check", "ok"].includes(task) || task.includes(":")) continue;
    const module = await import(new URL(`../../commands/${task}.ts`, import.meta.url).href);
    const command: Command = module.group?.commands[args.shift()!].command ?? module.command;
    const { settings, positionals = [] } = command;
    // Throws a sentence with every flag and value that is wrong.
    const env = (name: string) => name.includes("WEBHOOK_URL") ? "http://127.0.0.1/" : undefined;
    readSettings(settings, { args, env, folder: "/" }, {
      positionals: positionals.at(-1)?.endsWith("…]") ? Infinity : positionals.length,
    });
  }
});

Deno.test("JSON in documents parses", () => {
  const texts = blocks.filter(({ language }) => language === "json");
  assert(texts.length > 0);
  for (const { code } of texts) JSON.parse(code);
});

Deno.test("TypeScript in documents parses", async () => {
  for (const { code, path } of blocks.filter(({ language }) => language === "ts")) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--ext", "ts", "-"],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(code));
    await writer.close();
    const { success, stderr } = await child.output();
    assert(success, `${path}: ${new TextDecoder().decode(stderr)}`);
  }
});

Deno.test("SQL in documents runs on the program's database", async () => {
  await using store = await openStore({ url: "pglite:memory" });
  const { db } = databaseOf(store);
  for (const { code } of blocks.filter(({ language }) => language === "sql")) {
    for (const statement of code.split(";").filter((text) => text.trim() !== "")) {
      assertEquals((await sql.raw(statement).execute(db)).rows, []);
    }
  }
});
