import { TrailsieveError } from "../core/errors.ts";

/** Throws TrailsieveError `bug` unless the path is relative and stays inside the lake. */
export function checkLakePath(path: string): void {
  const isFine = path !== "" && !path.includes("\0") &&
    path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..");
  if (!isFine) {
    throw new TrailsieveError(
      "bug",
      `Cannot use lake path ${JSON.stringify(path)}: it is no plain relative path`,
    );
  }
}
