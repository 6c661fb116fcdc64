import { assertEquals, assertThrows } from "@std/assert";
import { rememberSizes } from "./sized_node_fs.ts";

const REGULAR = 0o100644;
const FOLDER = 0o040755;
const SEEK_CUR = 1;
const SEEK_END = 2;

/** NODEFS with one file of so many bytes, that counts how often its size is asked for. */
function fileOf(bytes: number) {
  const asked = { count: 0 };
  let failing = false;
  const resize = (_: unknown, { size }: { size?: number }) => {
    bytes = size ?? bytes;
  };
  const operations: Parameters<typeof rememberSizes>[0] = {
    node_ops: { setattr: resize },
    stream_ops: {
      setattr: resize,
      llseek(_stream, offset, whence) {
        if (whence === SEEK_END) asked.count++;
        if (bytes + offset < 0) throw new Error("EINVAL");
        return whence === SEEK_END ? bytes + offset : offset;
      },
      write(_stream, _buffer, _offset, length, position) {
        if (failing) {
          bytes += 1;
          throw new Error("ENOSPC");
        }
        if (length > 0) bytes = Math.max(bytes, position + length);
        return length;
      },
    },
  };
  rememberSizes(operations);
  return {
    ...operations,
    asked,
    fail: () => {
      failing = true;
    },
  };
}

Deno.test("rememberSizes() asks for a file's size once, for all its streams, until it is cut", () => {
  const { node_ops, stream_ops, asked } = fileOf(10);
  const node = { mode: REGULAR };
  const [one, other] = [{ node }, { node }];
  const sizeOf = (stream: typeof one) => stream_ops.llseek(stream, 0, SEEK_END);
  assertEquals([sizeOf(one), sizeOf(other), asked.count], [10, 10, 1]);
  stream_ops.write(other, null, 0, 4, 8);
  stream_ops.write(other, null, 0, 2, 0);
  stream_ops.write(other, null, 0, 0, 99);
  assertEquals([sizeOf(one), stream_ops.llseek(one, -2, SEEK_END), asked.count], [12, 10, 1]);
  node_ops.setattr(node, { size: 5 });
  assertEquals([sizeOf(one), asked.count], [5, 2]);
  stream_ops.setattr(one, { size: 3 });
  assertEquals([sizeOf(other), asked.count], [3, 3]);
});

Deno.test("rememberSizes() asks again after a write that failed, and for what is no file's end", () => {
  const { stream_ops, asked, fail } = fileOf(10);
  const stream = { node: { mode: REGULAR } };
  assertEquals(stream_ops.llseek(stream, 0, SEEK_END), 10);
  fail();
  assertThrows(() => stream_ops.write(stream, null, 0, 4, 10), Error, "ENOSPC");
  assertEquals([stream_ops.llseek(stream, 0, SEEK_END), asked.count], [11, 2]);
  assertThrows(() => stream_ops.llseek(stream, -12, SEEK_END), Error, "EINVAL");
  assertEquals(stream_ops.llseek(stream, 7, SEEK_CUR), 7);
  const folder = { node: { mode: FOLDER } };
  stream_ops.llseek(folder, 0, SEEK_END);
  stream_ops.llseek(folder, 0, SEEK_END);
  assertEquals(asked.count, 5);
});
