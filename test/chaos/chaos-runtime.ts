import { once } from "node:events";
import { serve } from "../../src/local/local-server.ts";
import { readSettings } from "../../src/local/state-folder.ts";

// Run by killable-server.ts as a program of its own, to be killed: the local runtime as `npm start` runs it, without
// the build and without a clock. Words: the state folder and the port. It is begun ahead of time, since its
// imports take most of a start. At the first message it serves and says "ready"; at any other it does what the
// cron does each minute, and says "rung".

const [folder = "", port = ""] = process.argv.slice(2);
const origin = `http://localhost:${port}`;
process.once("disconnect", () => process.exit(0));
await once(process, "message");
const server = await serve({ port: Number(port), origin }, folder, readSettings(folder, origin));
await server.ready;
process.removeAllListeners("disconnect");
process.once("disconnect", () => void server.dispose().finally(() => process.exit(0)));
process.on("message", () => {
  void server
    .getWorker("countersign")
    .then((worker) => worker.scheduled({ cron: "* * * * *" }))
    .then(() => process.send?.("rung"));
});
process.send?.("ready");
