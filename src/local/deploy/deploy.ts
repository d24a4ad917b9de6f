import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { DeployFailure } from "./deploy-failure.ts";
import { WRANGLER_TOML } from "./deployment-config.ts";
import { runDeploySteps } from "./deploy-steps.ts";
import { runWrangler } from "./wrangler-process.ts";

const USAGE = `npm run deploy -- [--env NAME]
  --env NAME  the environment of wrangler.toml to deploy (production)`;

function readEnvironment(args: readonly string[]): string | undefined {
  try {
    const options = { env: { type: "string", default: "production" } } as const;
    const { env } = parseArgs({ args: [...args], options }).values;
    return /^[a-z][a-z0-9-]*$/.test(env) ? env : undefined;
  } catch {
    return undefined;
  }
}

const environment = readEnvironment(process.argv.slice(2));
if (environment === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  console.log(`Deploying [env.${environment}]`);
  try {
    await runDeploySteps(WRANGLER_TOML, environment, {
      wrangler: runWrangler,
      fetch,
      sleep,
      print: console.log,
    });
    console.log(`
Done. While sign-up is closed, create the first organisation with
  npm run operator -- invite-owner "Your organisation" alex --remote --env ${environment}`);
  } catch (problem) {
    if (!(problem instanceof DeployFailure)) throw problem;
    console.error(`\nStopped: ${problem.message}\n\nNext: ${problem.next}`);
    process.exitCode = 1;
  }
}
