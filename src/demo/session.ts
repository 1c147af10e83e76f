/** A daemon with its broker and a subscriber, and what they tell put on the screen: common to the street camera and real ones. */
import { writeFile } from 'node:fs/promises'
import { loadConfig } from '../config/load.js'
import type { Alert } from '../core/alert.js'
import type { CameraFacts } from '../core/camera-facts.js'
import { FwError } from '../core/errors.js'
import { boardStream } from './board-stream.js'
import { startBroker } from './broker.js'
import { configText, DEMO_UNIT, type DemoCameraConfig } from './config-text.js'
import { type DaemonChild, startDaemonChild } from './daemon-child.js'
import { type MessageLine, messageLine } from './message-line.js'
import type { OutFolder } from './out-folder.js'
import { collectPictures } from './pictures.js'
import type { Colour, Screen } from './screen.js'
import { type Message, subscribe } from './subscriber.js'

const PREFIX = `framewarden/${DEMO_UNIT}`
const ALARM_COLOUR = { raised: 'red', updated: 'yellow', cleared: 'green' } as const

export interface SessionOptions {
  readonly out: OutFolder
  readonly camera: DemoCameraConfig
  readonly httpPort: number
  readonly screen: Screen
  onAlert?(alert: Alert, toldAtMs: number): void
}

export interface Session {
  /** The camera as the status server told it last. */
  camera(): CameraFacts | undefined
  /** Throws FW_DEMO_FAILED when the daemon has ended by itself; the end of its log is on the screen then. */
  check(): void
  /** Stops all; resolves when no child is left and the last message and picture are there. */
  stop(): Promise<void>
}

/** Writes the configuration and starts the daemon on it. Throws FW_CONFIG_* for an address that it cannot take. */
export async function startSession({ out, camera, httpPort, screen, onAlert }: SessionOptions): Promise<Session> {
  const beganMs = Date.now()
  const http = `127.0.0.1:${httpPort}`
  const broker = await startBroker()
  let daemon: DaemonChild
  let subscriber: { close(): Promise<void> } | undefined
  let pictures = Promise.resolve()
  try {
    await writeFile(out.config, configText({ stateDir: out.stateDir, brokerUrl: broker.url, http, camera }))
    await loadConfig(out.config)
    subscriber = await subscribe(broker.url, `${PREFIX}/#`, take)
    screen.line(`configuration  ${out.config}`)
    screen.line(`status page    http://${http}/`)
    screen.line(`broker         ${broker.url}, topics ${PREFIX}/#`)
    screen.line('')
    daemon = startDaemonChild(out.config, out.log)
  } catch (error) {
    await subscriber?.close()
    await broker.close()
    throw error
  }
  let end: string | undefined
  void daemon.ended.then((text) => {
    end = text
  })
  let board: CameraFacts | undefined
  const over = new AbortController()
  const watching = watch()

  function take({ topic, payload, atMs }: Message): void {
    const line = messageLine(PREFIX, topic, payload)
    screen.line(shown(line, atMs - beganMs), line.alarm && ALARM_COLOUR[line.alarm])
    if (!line.alarm) return
    const alert = JSON.parse(payload) as Alert
    onAlert?.(alert, atMs)
    if (alert.phase === 'raised') pictures = pictures.then(() => collect(alert))
  }

  async function collect({ evidence }: Alert): Promise<void> {
    const say = (text: string, colour?: Colour) => screen.line(`${' '.repeat(10)}${text}`, colour)
    try {
      for (const path of await collectPictures(evidence, out)) say(`picture: ${path}`, 'dim')
    } catch (error) {
      say(`the pictures of this alert could not be brought together: ${(error as Error).message}`, 'yellow')
    }
  }

  async function watch(): Promise<void> {
    for await (const { cameras } of boardStream(http, over.signal)) board = cameras.find(({ id }) => id === camera.id)
  }

  return {
    camera: () => board,
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
      await pictures
    },
  }
}

/** `   12.3 s  camera/street/alert  RAISED, pattern, …` */
function shown({ topic, text }: MessageLine, elapsedMs: number): string {
  return `${(elapsedMs / 1_000).toFixed(1).padStart(6)} s  ${topic.padEnd(19)}  ${text}`
}
