/** What `fetch` heeds. */
const NAMES = ["http_proxy", "https_proxy", "all_proxy"];

/** Whether an environment names a proxy for any host. */
export function namesProxy(env: Readonly<Record<string, string | undefined>>): boolean {
  return NAMES.some((name) => env[name] || env[name.toUpperCase()]);
}
