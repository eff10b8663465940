// fauxqs's own command listens on all addresses; this one on the loopback alone.
import { buildApp } from "fauxqs";

const app = await buildApp({ logger: false, host: "127.0.0.1" });
console.log(await app.listen({ host: "127.0.0.1", port: 0 }));
