import type { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

type Options = Parameters<NodeFS["init"]>[1];

/** A file as Emscripten's file system has it: one object for all its open streams. */
interface FileNode {
  readonly mode: number;
  /** Bytes, once they were asked for. */
  knownSize?: number;
}

interface FileStream {
  readonly node: FileNode;
}

type SetAttributes = (target: FileNode | FileStream, attributes: { size?: number }) => void;

/** What is replaced of Emscripten's NODEFS. */
interface NodeOperations {
  readonly node_ops: { setattr: SetAttributes };
  readonly stream_ops: {
    setattr: SetAttributes;
    llseek(stream: FileStream, offset: number, whence: number): number;
    write(
      stream: FileStream,
      buffer: unknown,
      offset: number,
      length: number,
      position: number,
    ): number;
  };
}

const SEEK_END = 2;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;

/**
 * A database's folder, where the sizes of open files are remembered. Postgres asks for a table's size, by a seek to its
 * end, at about every row that it stores, and Deno takes 10 us for the stat that answers: no other process writes to
 * these files, and all that this one writes goes through here.
 */
export class SizedNodeFS extends NodeFS {
  override async init(pglite: PGlite, options: Options) {
    const { emscriptenOpts } = await super.init(pglite, options);
    const preRun = [...emscriptenOpts.preRun ?? []];
    preRun.unshift((module) => rememberSizes((module as unknown as Module).NODEFS));
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }
}

interface Module {
  readonly NODEFS: NodeOperations;
}

/** Exported for its test. */
export function rememberSizes({ node_ops, stream_ops }: NodeOperations): void {
  const { llseek, write } = stream_ops;
  stream_ops.llseek = (stream, offset, whence) => {
    const { node } = stream;
    if (whence !== SEEK_END || (node.mode & FILE_TYPE) !== REGULAR) {
      return llseek(stream, offset, whence);
    }
    node.knownSize ??= llseek(stream, 0, SEEK_END);
    const position = node.knownSize + offset;
    // What is wrong is said there.
    return position < 0 ? llseek(stream, offset, whence) : position;
  };
  stream_ops.write = (stream, buffer, offset, length, position) => {
    const { node } = stream;
    const { knownSize } = node;
    // Where it fails nobody knows how far it came.
    delete node.knownSize;
    const written = write(stream, buffer, offset, length, position);
    if (knownSize !== undefined) {
      // Nothing, written beyond the end, does not move the end.
      node.knownSize = written > 0 ? Math.max(knownSize, position + written) : knownSize;
    }
    return written;
  };
  const { setattr } = node_ops;
  node_ops.setattr = (node, attributes) => {
    delete (node as FileNode).knownSize;
    setattr(node, attributes);
  };
  const setStreamAttributes = stream_ops.setattr;
  stream_ops.setattr = (stream, attributes) => {
    delete (stream as FileStream).node.knownSize;
    setStreamAttributes(stream, attributes);
  };
}
