import { describe, expect, it } from "vitest";
import { readDeployment, type DeploymentConfig } from "../../src/local/deploy/deployment-config.ts";

// wrangler.toml: an environment inherits no bindings and no settings, so what is added for `npm start` alone would be
// missing on the deployment.

const FILE = new URL("../../wrangler.toml", import.meta.url).pathname;
const ENVIRONMENTS = ["production", "staging"] as const;
const local = readDeployment(FILE);
const read = (environment: string) => readDeployment(FILE, environment);

/** Everything that the Worker's `env` has, without the names that each deployment has of its own. */
function bindingsOf(config: DeploymentConfig) {
  return {
    settings: Object.keys(config.vars).toSorted(),
    openShards: config.vars["OPEN_SHARDS"],
    databases: config.d1_databases.map((database) => [database.binding, database.migrations_dir]),
    buckets: config.r2_buckets.map(({ binding }) => binding),
    limits: config.ratelimits.map(({ name, simple }) => [name, simple]),
    mail: config.send_email,
    objects: config.durable_objects.bindings.map((object) => [object.name, object.class_name]),
    assets: config.assets,
    crons: config.triggers.crons,
    migrations: config.migrations,
    observability: config.observability,
  };
}

/** What two deployments must not share. */
function ownNamesOf({ name, vars, d1_databases, r2_buckets, ratelimits }: DeploymentConfig) {
  return [
    `the Worker ${name}`,
    `the origin ${vars["ORIGIN"]}`,
    `the log ${vars["LOG_ORIGIN"]}`,
    ...d1_databases.map((database) => `the database ${database.database_name}`),
    ...r2_buckets.map((bucket) => `the bucket ${bucket.bucket_name}`),
    ...ratelimits.map((limit) => `the limit ${limit.namespace_id}`),
  ];
}

describe("wrangler.toml", () => {
  it.each(ENVIRONMENTS)("gives %s all bindings and settings of one machine", (environment) => {
    expect(bindingsOf(read(environment))).toEqual(bindingsOf(local));
  });

  it("gives no two deployments a name, a database, a bucket or a limit in common", () => {
    const names = [local, ...ENVIRONMENTS.map(read)].flatMap(ownNamesOf);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  });

  it.each(ENVIRONMENTS)("lets nobody sign up at %s until the operator allows it", (environment) => {
    expect(read(environment).vars["SIGNUP"]).toBe("closed");
  });

  it.each(ENVIRONMENTS)("leads only one host name to %s", (environment) => {
    const { routes, vars, workers_dev, preview_urls } = read(environment);
    const pattern = new URL(String(vars["ORIGIN"])).host;
    expect([routes, workers_dev, preview_urls]).toEqual([[{ pattern, custom_domain: true }], false, false]);
  });

  it("keeps network addresses and queries out of the platform's log", () => {
    const { redact_query_string, logs } = local.observability;
    expect([redact_query_string, logs.invocation_logs]).toEqual([true, false]);
  });
});
