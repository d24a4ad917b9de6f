import { once } from "node:events";
import { serve } from "../../src/local/local-server.ts";
import { readSettings } from "../../src/local/state-folder.ts";

// A separate process that killable-server.ts starts and kills: the local runtime as `npm start` runs it, without the
// build and without the cron. Arguments: the state folder, the port, and the origins to which it may send. It is started
// in advance, since its imports take most of the time of a start. At the first message it serves and answers "ready". At
// any other it does what the cron does each minute, and answers "done".

const [folder = "", port = "", ...sendTo] = process.argv.slice(2);
const origin = `http://localhost:${port}`;
process.once("disconnect", () => process.exit(0));
await once(process, "message");
const server = await serve({ port: Number(port), origin, sendTo }, folder, readSettings(folder, origin));
await server.ready;
process.removeAllListeners("disconnect");
process.once("disconnect", () => void server.dispose().finally(() => process.exit(0)));
process.on("message", () => {
  void server
    .getWorker("countersign")
    .then((worker) => worker.scheduled({ cron: "* * * * *" }))
    .then(() => process.send?.("done"));
});
process.send?.("ready");
