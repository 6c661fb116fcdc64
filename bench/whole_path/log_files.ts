/** Every `.json.gz` below a folder, in no order. */
export async function* logFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* logFiles(`${folder}/${name}`);
    else if (name.endsWith(".json.gz")) yield `${folder}/${name}`;
  }
}
