/**
 * There may be no container engine here, so the Dockerfile's steps run in a scratch folder: the build context
 * as .dockerignore gives it, an unprivileged user where the tests run as root, empty HOME and DENO_DIR.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { listContext, readDockerfile, readExecForm } from "./read_dockerfile.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
/** What a machine may need to reach the package registry. */
const NETWORK_VARIABLES = [
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "NODE_EXTRA_CA_CERTS",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "NPM_CONFIG_REGISTRY",
];
/** The user that Debian calls nobody. */
const NOBODY = 65534;

class Image implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<Image> {
    const folder = await Deno.makeTempDir();
    const image = new Image(folder);
    await Deno.chmod(folder, 0o755);
    for (const name of ["bin", "home", "deno-dir", "app"]) await Deno.mkdir(`${folder}/${name}`);
    await Deno.copyFile(Deno.execPath(), `${folder}/bin/deno`);
    await Deno.chmod(`${folder}/bin/deno`, 0o755);
    const patterns = await Deno.readTextFile(`${ROOT}/.dockerignore`);
    for (const file of await listContext(ROOT, patterns)) {
      const to = `${folder}/app/${file}`;
      await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
      await Deno.copyFile(`${ROOT}/${file}`, to);
    }
    if (Deno.uid() === 0) {
      for (const name of ["home", "deno-dir"]) {
        await Deno.chown(`${folder}/${name}`, NOBODY, NOBODY);
      }
    }
    return image;
  }

  /** A path of the image as it is in the scratch folder. */
  place(text: string): string {
    return text.replaceAll(/(^|[\s=,])\/app\b/g, `$1${this.#folder}/app`);
  }

  command(program: string, args: readonly string[]): Deno.Command {
    const env: Record<string, string> = {
      PATH: `${this.#folder}/bin:/usr/local/bin:/usr/bin:/bin`,
      HOME: `${this.#folder}/home`,
      DENO_DIR: `${this.#folder}/deno-dir`,
      NO_COLOR: "1",
    };
    for (const name of NETWORK_VARIABLES) {
      const value = Deno.env.get(name);
      if (value !== undefined) env[name] = value;
    }
    return new Deno.Command(program === "deno" ? `${this.#folder}/bin/deno` : program, {
      args: args.map((arg) => this.place(arg)),
      cwd: `${this.#folder}/app`,
      clearEnv: true,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      ...(Deno.uid() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
    });
  }

  /** Makes the folder that `install` makes in the image, for the user that the program runs as. */
  async install(path: string): Promise<void> {
    await Deno.mkdir(this.place(path));
    if (Deno.uid() === 0) await Deno.chown(this.place(path), NOBODY, NOBODY);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function end(command: Deno.Command): Promise<Ended> {
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("Dockerfile's steps give a program that works unprivileged and fetches nothing", async (t) => {
  const instructions = readDockerfile(await Deno.readTextFile(`${ROOT}/Dockerfile`));
  const [program, ...entryArgs] = readExecForm(instructions, "ENTRYPOINT");
  await using image = await Image.create();

  await t.step("every RUN succeeds", async () => {
    for (const { name, text } of instructions) {
      if (name !== "RUN") continue;
      if (text.startsWith("install ")) {
        await image.install(text.split(" ").at(-1)!);
        continue;
      }
      const { code, stderr } = await end(image.command("sh", ["-c", text]));
      assertEquals(code, 0, `${text}\n${stderr}`);
    }
  });

  const run = (...args: string[]) => end(image.command(program, [...entryArgs, ...args]));

  await t.step("the default command shows the commands", async () => {
    const { code, stdout, stderr } = await run(...readExecForm(instructions, "CMD"));
    assertEquals(code, 0, stderr);
    for (const command of ["demo", "poll", "query", "generate"]) {
      assertStringIncludes(stdout, command);
    }
  });

  await t.step("a wrong flag is a usage error", async () => {
    assertEquals((await run("poll", "--bogus")).code, 2);
  });

  await t.step("the program cannot change its own code", async () => {
    if (Deno.uid() !== 0) return;
    const { code } = await end(image.command("sh", ["-c", "echo x >> /app/main.ts"]));
    assert(code !== 0);
  });

  await t.step("generate and poll do their work, isolates and all", async () => {
    const generated = await run("generate", "--to", "file:./data/trail", "--events", "500");
    assertEquals(generated.code, 0, generated.stderr);
    const polled = await run(
      "poll",
      "--once",
      "--source",
      "file:./data/trail",
      "--log-format",
      "json",
    );
    assertEquals(polled.code, 0, polled.stderr);
    const lake = [...Deno.readDirSync(image.place("/app/data/lake"))].map((entry) => entry.name);
    assert(lake.includes("events"), `${lake}\n${polled.stderr}`);
  });

  await t.step("SIGTERM arrives and the exit code says so", async () => {
    const child = image.command(program, [
      ...entryArgs,
      ...["poll", "--source", "file:./data/trail", "--log-format", "json"],
    ]).spawn();
    // It has handlers once it logs.
    const reader = child.stderr.getReader();
    await reader.read();
    child.kill("SIGTERM");
    reader.releaseLock();
    const { code } = await child.output();
    assertEquals(code, 143);
  });
});
