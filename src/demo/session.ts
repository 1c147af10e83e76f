/** A daemon with its broker and a subscriber, and what they say put on the screen: common to the street camera and real ones. */
import { writeFile } from 'node:fs/promises'
import { loadConfig } from '../config/load.js'
import type { Alert } from '../core/alert.js'
import type { CameraFacts } from '../core/camera-facts.js'
import { FwError } from '../core/errors.js'
import { boardStream } from '../status/board-stream.js'
import { type DemoBroker, startBroker } from './broker.js'
import { configText, DEMO_UNIT, type DemoCameraConfig } from './config-text.js'
import { type DaemonChild, startDaemonChild } from './daemon-child.js'
import { messageScreen } from './message-screen.js'
import type { OutFolder } from './out-folder.js'
import type { Screen } from './screen.js'
import { type Message, type Subscriber, subscribe } from './subscriber.js'

const PREFIX = `framewarden/${DEMO_UNIT}`

export interface DemoSessionOptions {
  readonly out: OutFolder
  readonly camera: DemoCameraConfig
  readonly httpPort: number
  readonly screen: Screen
  onAlert?(alert: Alert, receivedAtMs: number): void
}

export interface DemoSession {
  /** The camera as the status server showed it last. */
  camera(): CameraFacts | undefined
  /** Throws FW_DEMO_FAILED when the daemon has ended by itself; the end of its log is on the screen then. */
  check(): void
  /** Stops all; resolves when no child is left and the last message and picture are there. */
  stop(): Promise<void>
}

/** Writes the configuration and starts the daemon on it. Throws FW_CONFIG_* for an address that it cannot take. */
export async function startDemoSession(options: DemoSessionOptions): Promise<DemoSession> {
  const { out, camera, screen, onAlert } = options
  const messages = messageScreen(PREFIX, out, screen, onAlert)
  const { broker, subscriber, daemon } = await startAll(options, messages.show)
  let end: string | undefined
  void daemon.ended.then((text) => {
    end = text
  })
  let newest: CameraFacts | undefined
  const over = new AbortController()
  const watching = (async () => {
    for await (const { cameras } of boardStream(address(options), over.signal)) {
      newest = cameras.find(({ id }) => id === camera.id)
    }
  })()
  return {
    camera: () => newest,
    check() {
      if (end === undefined) return
      screen.clear()
      screen.line(`the end of ${out.log}:`, 'yellow')
      for (const line of daemon.tail()) screen.line(`  ${line}`)
      throw new FwError('FW_DEMO_FAILED', `the daemon ended by itself, ${end}`)
    },
    async stop() {
      await daemon.stop()
      over.abort()
      await watching
      await subscriber.close()
      await broker.close()
      await messages.settled()
    },
  }
}

function address({ httpPort }: DemoSessionOptions): string {
  return `127.0.0.1:${httpPort}`
}

interface Partners {
  readonly broker: DemoBroker
  readonly subscriber: Subscriber
  readonly daemon: DaemonChild
}

async function startAll(options: DemoSessionOptions, onMessage: (message: Message) => void): Promise<Partners> {
  const { out, camera, screen } = options
  const http = address(options)
  const broker = await startBroker()
  let subscriber: Subscriber | undefined
  try {
    await writeFile(out.config, configText({ stateDir: out.stateDir, brokerUrl: broker.url, http, camera }))
    await loadConfig(out.config)
    subscriber = await subscribe(broker.url, `${PREFIX}/#`, onMessage)
    screen.line(`configuration  ${out.config}`)
    screen.line(`status page    http://${http}/`)
    screen.line(`broker         ${broker.url}, topics ${PREFIX}/#`)
    screen.line('')
    return { broker, subscriber, daemon: startDaemonChild(out.config, out.log) }
  } catch (error) {
    await subscriber?.close()
    await broker.close()
    throw error
  }
}
