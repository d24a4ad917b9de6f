// Installs the packages when they are missing or older than the lockfile. It runs before the npm scripts, on
// the machine's own Node (20 or newer), so it is plain JavaScript without dependencies.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const OLDEST_NODE = 20;
const INSTALLED = "node_modules/.package-lock.json";
const LOCKFILE = "package-lock.json";

const major = Number(process.versions.node.split(".")[0]);
if (major < OLDEST_NODE) {
  console.error(`Countersign needs Node ${OLDEST_NODE} or newer; this is ${process.version}.`);
  process.exit(1);
}

const upToDate = existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync(LOCKFILE).mtimeMs;
if (!upToDate) {
  console.error("Installing packages (npm ci), about half a minute the first time …");
  const install = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (install.status !== 0) {
    console.error("npm ci failed; its output is above. Is the npm registry reachable?");
    process.exit(1);
  }
}
