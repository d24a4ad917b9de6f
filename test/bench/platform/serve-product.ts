import "../../../src/local/build.mjs";
import { readStartOptions } from "../../../src/local/start-options.ts";
import { serveAt } from "./bench-worker.ts";

// The product as `npm start` runs it, but with the Worker of the benchmarks. flow-bench.ts starts it as a program of its
// own, so that its memory can be measured. It takes the arguments of `npm start`, and its last line has the URL only.

const PARENT_CHECK_MILLISECONDS = 500;

const options = readStartOptions(process.argv.slice(2));
if (typeof options === "string") throw new Error(options);
const { url, stop } = await serveAt("product-worker", options.port, options.state);

const end = (): void => void stop().finally(() => process.exit(0));
process.once("SIGTERM", end);
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) end();
}, PARENT_CHECK_MILLISECONDS).unref();

console.log(JSON.stringify({ ready: true, url }));
