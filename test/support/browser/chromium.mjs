// Finds a Chromium for the browser tests, or installs Debian's package if it can.
// Plain JavaScript: it also runs before the install, on the machine's own Node.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** @returns {string | undefined} the path of a Chromium on this machine */
export function findChromium() {
  const configured = process.env.CHROMIUM_PATH;
  if (configured) return existsSync(configured) ? configured : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...MAC].find(existsSync);
}

function installChromium() {
  const root = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  /** @param {string[]} args */
  const run = (...args) => {
    const [command = "", ...rest] = [...root, ...args];
    return spawnSync(command, rest, {
      stdio: ["ignore", 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  };
  if (spawnSync("apt-get", ["--version"]).status !== 0) return;
  console.error("No Chromium found; installing Debian's (apt-get install chromium) …");
  run("apt-get", "update", "-q");
  run("apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium");
}

if (!findChromium()) installChromium();
if (!findChromium()) {
  console.error(
    "The tests need Chromium or Chrome. The PATH has none, and the install failed.\n" +
      "Install one, or set CHROMIUM_PATH to its program. Then run the command again.",
  );
  process.exit(1);
}
