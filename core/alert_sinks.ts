/** The sinks of `--alert` by their names, and the variables that hold their secrets. */

const URL_VARIABLES: Readonly<Record<string, string>> = {
  slack: "TRAILSIEVE_SLACK_WEBHOOK_URL",
  webhook: "TRAILSIEVE_WEBHOOK_URL",
};

/** A sink that POSTs. */
export interface PostSink {
  readonly kind: "slack" | "webhook";
  /** The environment variable that holds its URL; the first of these that is set. */
  readonly variables: readonly string[];
}

/**
 * Reads `slack`, `slack:NAME`, `webhook` or `webhook:NAME`. Throws Error that says what is wrong, and repeats no URL
 * that stands where a name belongs, since it is a secret.
 */
export function parsePostSink(spec: string): PostSink {
  const [kind, name, ...rest] = spec.split(":");
  if (!Object.hasOwn(URL_VARIABLES, kind) || rest.length > 0) {
    throw new Error(
      `${redact(spec)} is none of stdout, file:PATH, slack, slack:NAME, webhook and webhook:NAME`,
    );
  }
  if (name !== undefined && !/^[A-Za-z0-9_]+$/.test(name)) {
    throw new Error(
      `${redact(spec)}: its name ends an environment variable's, so it consists of letters, ` +
        "digits and _",
    );
  }
  const variable = URL_VARIABLES[kind];
  const named = name === undefined
    ? [variable]
    : [...new Set([`${variable}_${name.toUpperCase()}`, `${variable}_${name}`])];
  return { kind: kind as PostSink["kind"], variables: named };
}

/** Where a sink's URL was found, and its text. Throws Error that names the variable if it is not set. */
export function readPostUrl(
  spec: string,
  { variables }: PostSink,
  env: (name: string) => string | undefined,
): { readonly variable: string; readonly text: string } {
  for (const variable of variables) {
    const text = env(variable)?.trim() ?? "";
    if (text !== "") return { variable, text };
  }
  throw new Error(`${spec}: ${variables[0]} is not set; set it to the webhook's URL`);
}

function redact(spec: string): string {
  const slash = spec.indexOf("/");
  return JSON.stringify(slash < 0 ? spec : `${spec.slice(0, slash)}…`);
}
