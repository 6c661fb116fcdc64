/** What the kernel exports. It is written in AssemblyScript and built by `deno task kernel`. */
export { scan, setSlots, oddFields } from "./scan";
export * from "./columns";
export * from "./places";
