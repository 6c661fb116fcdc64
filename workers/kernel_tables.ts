/** Tells the kernel which fields of a record to find. Whoever scans or fills columns gets the kernel from here. */
import { Buffer } from "node:buffer";
import { kernel, MEMORY } from "../kernel/mod.ts";
import { RECORD_FIELDS, RECORD_MEMBERS, RECORD_SLOTS, SLOT } from "./record_fields.ts";

const VIEW = new DataView(MEMORY.buffer);

/** Bytes of a table's head and of its entries, and where they have what: see kernel/assembly/members.ts. */
const TABLE_HEAD = 8;
const ENTRY = { bytes: 64, slot: 4, members: 8, name: 16 } as const;

/** Writes the table of an object's members, and those of the objects among them. @returns where the tables end */
function writeTable(table: number, parent: string): number {
  const paths = parent === ""
    ? RECORD_FIELDS
    : RECORD_MEMBERS.filter((path) =>
      path.startsWith(`${parent}.`) && !path.slice(parent.length + 1).includes(".")
    );
  VIEW.setInt32(table, paths.length, true);
  let end = table + TABLE_HEAD + paths.length * ENTRY.bytes;
  paths.forEach((path, i) => {
    const entry = table + TABLE_HEAD + i * ENTRY.bytes;
    const name = Buffer.from(parent === "" ? path : path.slice(parent.length + 1));
    VIEW.setInt32(entry, name.length, true);
    VIEW.setInt32(entry + ENTRY.slot, SLOT[path], true);
    MEMORY.set(name, entry + ENTRY.name);
    if (!RECORD_MEMBERS.some((member) => member.startsWith(`${path}.`))) return;
    VIEW.setInt32(entry + ENTRY.members, end, true);
    end = writeTable(end, path);
  });
  return end;
}

writeTable(kernel.tables(), "");
kernel.setSlots(RECORD_SLOTS.length);

export { kernel, MEMORY };
