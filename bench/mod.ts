/** The whole path measured against what bounds it: see {@linkcode benchWholePath}. */
export {
  benchWholePath,
  type DataSetResult,
  type WholePathOptions,
  type WholePathResult,
} from "./whole_path/bench_whole_path.ts";
export { formatResult } from "./whole_path/format_result.ts";
