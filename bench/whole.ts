/** The whole daemon beside N cameras that push the clip in real time. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../src/demo/free-port.js'
import type { BoardSnapshot } from '../src/status/board.js'
import { boardStream } from '../src/status/board-stream.js'
import { CLIP } from './clip.js'
import { descendants, usageOf } from './proc.js'

const BIN = fileURLToPath(new URL('../bin/framewarden.js', import.meta.url))
const WARM_UP_MS = 6_000
const START_TIMEOUT_MS = 90_000

export interface WholeResult {
  readonly cameras: number
  readonly offeredPerS: number
  readonly judgedPerS: number
  readonly dropped: number
  readonly unscored: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU a judged frame: control plane, guards, ffmpeg children. */
  readonly cpuMsPerFrame: { readonly control: number; readonly guards: number; readonly ffmpeg: number }
  readonly rssBytes: { readonly control: number; readonly guards: number; readonly ffmpeg: number }
}

/** Runs the daemon with `cameras` pushed streams for `seconds` after a warm-up; everything is stopped when it resolves. */
export async function measureWhole(
  cameras: number,
  options: { seconds: number; clip: string; ffmpegPath: string; dir: string; bundle: string; guards: string },
): Promise<WholeResult> {
  const dir = join(options.dir, `cameras-${cameras}`)
  await mkdir(dir, { recursive: true })
  const ports = await freePorts(cameras + 1)
  const http = ports[cameras]!
  const config = join(dir, 'config.yaml')
  await writeFile(config, configText(dir, http, ports.slice(0, cameras), options))
  const daemon = spawn(process.execPath, [BIN, 'run', '--config', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  const publishers: ChildProcess[] = []
  try {
    await board(http, (b) => b.cameras.length === cameras && b.guards.every((g) => g.state === 'running'))
    for (const port of ports.slice(0, cameras)) publishers.push(publish(options.ffmpegPath, options.clip, port))
    await board(http, (b) => b.cameras.every((camera) => camera.frames > CLIP.rate))
    await sleep(WARM_UP_MS)
    const before = await measure(daemon.pid!, http)
    await sleep(options.seconds * 1_000)
    const after = await measure(daemon.pid!, http)
    return difference(cameras, before, after)
  } finally {
    for (const publisher of publishers) publisher.kill('SIGKILL')
    const exited = once(daemon, 'exit')
    daemon.kill('SIGTERM')
    await exited
  }
}

function configText(
  dir: string,
  http: number,
  ports: readonly number[],
  { bundle, guards }: { bundle: string; guards: string },
): string {
  const lines = ports.map((port, i) => `  - { id: bench-${i}, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`)
  return [
    'unit: bench',
    `state_dir: ${join(dir, 'state')}`,
    `models: { bundle: ${bundle} }`,
    `guards: ${guards}`,
    `http: { listen: 127.0.0.1:${http} }`,
    'log: { level: error }',
    'cameras:',
    ...lines,
    '',
  ].join('\n')
}

/** The clip without re-encoding, over and over; tried again while nobody listens, also after it was thrown out. */
function publish(ffmpeg: string, clip: string, port: number): ChildProcess {
  const command = `while :; do "$0" -nostdin -loglevel quiet -re -stream_loop -1 -i "$1" -c copy -f rtsp -rtsp_transport tcp "$2"; sleep 0.3; done`
  const child = spawn('sh', ['-c', command, ffmpeg, clip, `rtsp://127.0.0.1:${port}/cam`], {
    stdio: 'ignore',
    detached: true,
  })
  child.kill = (signal) => process.kill(-child.pid!, signal)
  return child
}

interface Measured {
  readonly atMs: number
  readonly board: BoardSnapshot
  readonly cpuMs: WholeResult['cpuMsPerFrame']
  readonly rssBytes: WholeResult['rssBytes']
}

async function measure(pid: number, http: number): Promise<Measured> {
  const snapshot = await board(http, () => true)
  const guards = snapshot.guards.flatMap((guard) => (guard.pid ? [guard.pid] : []))
  const ffmpegs = descendants(pid).filter((p) => p.name.startsWith('ffmpeg'))
  const sum = (pids: readonly number[], of: 'cpuMs' | 'rssBytes') => pids.reduce((n, p) => n + usageOf(p)[of], 0)
  const of = (what: 'cpuMs' | 'rssBytes') => ({
    control: sum([pid], what),
    guards: sum(guards, what),
    ffmpeg: sum(
      ffmpegs.map((p) => p.pid),
      what,
    ),
  })
  return { atMs: performance.now(), board: snapshot, cpuMs: of('cpuMs'), rssBytes: of('rssBytes') }
}

function difference(cameras: number, before: Measured, after: Measured): WholeResult {
  const total = (m: Measured, key: 'frames' | 'dropped' | 'unscored') =>
    m.board.cameras.reduce((n, camera) => n + camera[key], 0)
  const frames = total(after, 'frames') - total(before, 'frames')
  const seconds = (after.atMs - before.atMs) / 1_000
  const worst = (key: 'latencyP50Ms' | 'latencyP99Ms') =>
    Math.max(...after.board.cameras.map((c) => c[key] ?? Number.NaN))
  const perFrame = (key: keyof Measured['cpuMs']) => (after.cpuMs[key] - before.cpuMs[key]) / frames
  return {
    cameras,
    offeredPerS: cameras * CLIP.rate,
    judgedPerS: frames / seconds,
    dropped: total(after, 'dropped') - total(before, 'dropped'),
    unscored: total(after, 'unscored') - total(before, 'unscored'),
    p50Ms: worst('latencyP50Ms'),
    p99Ms: worst('latencyP99Ms'),
    cpuMsPerFrame: { control: perFrame('control'), guards: perFrame('guards'), ffmpeg: perFrame('ffmpeg') },
    rssBytes: after.rssBytes,
  }
}

/** The first snapshot of the status page that satisfies `wanted`. Throws when none has come within 90 s. */
async function board(port: number, wanted: (board: BoardSnapshot) => boolean): Promise<BoardSnapshot> {
  let last: BoardSnapshot | undefined
  for await (const snapshot of boardStream(`127.0.0.1:${port}`, AbortSignal.timeout(START_TIMEOUT_MS))) {
    if (wanted(snapshot)) return snapshot
    last = snapshot
  }
  const states = last?.cameras.map((camera) => `${camera.id} ${camera.state} ${camera.frames}`).join(', ')
  throw new Error(`not ready within ${START_TIMEOUT_MS} ms: ${states ?? 'no answer from the daemon'}`)
}
