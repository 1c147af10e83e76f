/** The broker of the demo: MQTT 3.1.1 in this process, on loopback, gone with it. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Aedes } from 'aedes'

export interface DemoBroker {
  /** mqtt://127.0.0.1:PORT */
  readonly url: string
  /** Throws out its clients; resolves when the port is free. */
  close(): Promise<void>
}

/** Listens on a port that the system chooses. */
export async function startBroker(): Promise<DemoBroker> {
  const aedes = await Aedes.createBroker()
  const server = createServer(aedes.handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `mqtt://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => aedes.close(() => server.close(() => resolve()))),
  }
}
