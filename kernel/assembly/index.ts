/** What the kernel exports. It is written in AssemblyScript and built by `deno task kernel`. */
export { oddFields, recordsEnd, scan, scanRecords, setSlots } from "./scan";
export * from "./columns";
export * from "./decode";
export * from "./encode";
export * from "./group";
export * from "./hybrid";
export * from "./places";
