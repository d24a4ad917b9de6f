import { isShard } from "../../core/confirmation/tenant-ref.ts";
import { emailAddressProblem } from "../../core/notice/email-address.ts";
import { BASE62 } from "../../core/encoding/base62.ts";
import type { DeploymentConfig } from "./deployment-config.ts";
import { DeployFailure } from "./deploy-failure.ts";

const EXAMPLE = "example.com";
const SIGN_UP = ["open", "code", "closed"];

/** Raises if wrangler.toml does not say yet what this deployment is. */
export function checkSettings(config: DeploymentConfig, environment: string): void {
  const table = `[env.${environment}.vars] of wrangler.toml`;
  const { vars, routes = [], d1_databases: databases } = config;
  const setting = (name: string) => vars[name] ?? "";
  const require = (holds: boolean, message: string, next: string) => {
    if (!holds) throw new DeployFailure(message, next);
  };
  for (const [name, value] of Object.entries(vars))
    require(!value.includes(EXAMPLE), `${name} is still the example "${value}"`, `set it in ${table}`);
  const origin = setting("ORIGIN");
  require(URL.canParse(origin) &&
    new URL(origin).origin === origin &&
    origin.startsWith(
      "https://",
    ), `ORIGIN is "${origin}"`, `set it in ${table} to an address such as https://sign.your-company.com, without a path`);
  require(setting("LOG_ORIGIN") !==
    "", "LOG_ORIGIN is empty", `set it in ${table} to a name that never changes, such as ${new URL(origin).host}/log`);
  const { host } = new URL(origin);
  require(routes.some(
    ({ pattern }) => pattern === host,
  ), `no route leads from ${host} to the Worker`, `set the pattern in routes of [env.${environment}] to ${host}`);
  require(setting("OUTBOUND_TEST_ORIGINS") ===
    "", "OUTBOUND_TEST_ORIGINS is set", `take it out of ${table}: it is for tests on one machine`);
  const sender = setting("EMAIL_FROM");
  require(sender === "" ||
    emailAddressProblem(sender) ===
      null, `EMAIL_FROM is "${sender}"`, `set it in ${table} to the address from which mails come, or leave it empty`);
  require(SIGN_UP.includes(
    setting("SIGNUP"),
  ), `SIGNUP is "${setting("SIGNUP")}"`, `set it in ${table} to open, code or closed`);
  require(["on", "off"].includes(
    setting("DEMO"),
  ), `DEMO is "${setting("DEMO")}"`, `set it in ${table} to on or off`);
  const bound = new Set(databases.map(({ binding }) => shardOf(binding)));
  for (const shard of setting("OPEN_SHARDS").split(" "))
    require(isShard(shard) &&
      bound.has(
        shard,
      ), `OPEN_SHARDS names "${shard}", which has no database`, `add its database to [[env.${environment}.d1_databases]], or take it out of OPEN_SHARDS`);
}

/** "0" is DB, "1" is DB_1. */
function shardOf(binding: string): string {
  return BASE62.charAt(Number(/^DB_(\d+)$/.exec(binding)?.[1] ?? 0));
}
