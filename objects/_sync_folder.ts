import { isAbsent } from "./_file_errors.ts";

/** Makes a folder and its parents, each durable in its own parent. @param folder ends in a slash */
export async function makeFolders(folder: string): Promise<void> {
  try {
    if ((await Deno.stat(folder)).isDirectory) return;
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  const parent = folder.slice(0, folder.lastIndexOf("/", folder.length - 2) + 1);
  if (parent === "") return;
  await makeFolders(parent);
  try {
    await Deno.mkdir(folder);
  } catch (error) {
    // Another writer may have been faster.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  await syncFolder(parent);
}

/** Makes names that were added to or removed from a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  using handle = await Deno.open(folder);
  await handle.sync();
}
