import type { Command, CommandGroup } from "./command.ts";
import { command as backtest } from "./rules_backtest.ts";
import { command as coverage } from "./rules_coverage.ts";
import { command as explain } from "./rules_explain.ts";
import { command as lint } from "./rules_lint.ts";
import { command as list } from "./rules_list.ts";
import { command as test } from "./rules_test_cases.ts";

const entry = (summary: string, command: unknown) => ({ summary, command: command as Command });

export const group: CommandGroup = {
  description:
    "Tools to work with rules: the bundled pack, and folders of your own. TypeScript rules run in an isolate " +
    "that may read the rules' folders and nothing else.",
  commands: {
    list: entry("what rules there are", list),
    lint: entry("what is wrong or doubtful with rules", lint),
    test: entry("runs the cases beside each rule", test),
    explain: entry("why a rule matches an event, or why not", explain),
    backtest: entry("what rules would have found in a trail; writes nothing", backtest),
    coverage: entry("which tactics and techniques of ATT&CK the rules name", coverage),
  },
};
