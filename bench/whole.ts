/** The whole daemon beside cameras that push clips in real time. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { CameraFacts } from '../src/core/camera-facts.js'
import { freePorts } from '../src/demo/free-port.js'
import type { BoardSnapshot } from '../src/status/board.js'
import { boardStream } from '../src/status/board-stream.js'
import { CLIP, type Played } from './clips.js'
import { descendants, usageOf } from './proc.js'
import { publish } from './publish.js'

const BIN = fileURLToPath(new URL('../bin/framewarden.js', import.meta.url))
export const WARM_UP_MS = 6_000
const START_TIMEOUT_MS = 90_000

/** Cameras that show the same. `attacked`: they are measured once an incident is open on each. */
export interface CameraGroup {
  readonly name: string
  readonly count: number
  readonly clip: Played
  readonly attacked?: boolean
}

export interface GroupResult {
  readonly name: string
  readonly cameras: number
  readonly offeredPerS: number
  readonly judgedPerS: number
  readonly dropped: number
  readonly unscored: number
  /** Perturbed frames a second of the camera that had fewest: on an attacked one each of its observations is one. */
  readonly flaggedPerS: number
  /** Of the worst camera, over the last minute. */
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface WholeResult {
  readonly groups: readonly GroupResult[]
  /** CPU a judged frame: control plane, guards, ffmpeg children. */
  readonly cpuMsPerFrame: { readonly control: number; readonly guards: number; readonly ffmpeg: number }
  readonly rssBytes: { readonly control: number; readonly guards: number; readonly ffmpeg: number }
}

export interface WholeOptions {
  readonly seconds: number
  readonly ffmpegPath: string
  readonly dir: string
  readonly bundle: string
  readonly guards: string
}

/** Runs the daemon with the cameras of `groups` for `seconds` after a warm-up; everything is stopped when it resolves. */
export async function measureWhole(groups: readonly CameraGroup[], options: WholeOptions): Promise<WholeResult> {
  const dir = await mkdtemp(join(options.dir, 'whole-'))
  const clips = groups.flatMap(({ count, clip }) => Array<Played>(count).fill(clip))
  const [http, ...ports] = await freePorts(clips.length + 1)
  const config = join(dir, 'config.yaml')
  await writeFile(config, configText(dir, http!, ports, options))
  const daemon = spawn(process.execPath, [BIN, 'run', '--config', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  let publishers: ReturnType<typeof publish> | undefined
  try {
    await board(http!, (b) => b.cameras.length === clips.length && b.guards.every((g) => g.state === 'running'))
    publishers = publish(
      options.ffmpegPath,
      ports.map((port, i) => ({ port, clip: clips[i]! })),
    )
    await board(http!, (b) => b.cameras.every((camera) => camera.frames > CLIP.rate))
    await sleep(WARM_UP_MS)
    await board(http!, (b) => split(groups, b).every(([{ attacked }, some]) => !attacked || some.every(isAttacked)))
    const before = await measure(daemon.pid!, http!)
    await sleep(options.seconds * 1_000)
    const after = await measure(daemon.pid!, http!)
    return difference(groups, before, after)
  } finally {
    publishers?.stop()
    const exited = once(daemon, 'exit')
    daemon.kill('SIGTERM')
    await exited
  }
}

const isAttacked = (camera: CameraFacts) => camera.incidentOpen

/** The cameras of each group; they are configured in the groups' order. */
function split(groups: readonly CameraGroup[], { cameras }: BoardSnapshot): [CameraGroup, CameraFacts[]][] {
  const ordered = cameras.toSorted((a, b) => numberOf(a) - numberOf(b))
  return groups.map((group) => [group, ordered.splice(0, group.count)])
}

function numberOf({ id }: CameraFacts): number {
  return Number(id.slice('bench-'.length))
}

function configText(
  dir: string,
  http: number,
  ports: readonly number[],
  { bundle, guards }: Pick<WholeOptions, 'bundle' | 'guards'>,
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

function difference(groups: readonly CameraGroup[], before: Measured, after: Measured): WholeResult {
  const seconds = (after.atMs - before.atMs) / 1_000
  const were = split(groups, before.board)
  const results = split(groups, after.board).map(([group, now], i): GroupResult => {
    const was = were[i]![1]
    const grown = (key: 'frames' | 'dropped' | 'unscored' | 'flagged') =>
      now.map((camera, j) => camera[key] - was[j]![key])
    const worst = (key: 'latencyP50Ms' | 'latencyP99Ms') => Math.max(...now.map((camera) => camera[key] ?? Number.NaN))
    return {
      name: group.name,
      cameras: group.count,
      offeredPerS: group.count * CLIP.rate,
      judgedPerS: total(grown('frames')) / seconds,
      dropped: total(grown('dropped')),
      unscored: total(grown('unscored')),
      flaggedPerS: Math.min(...grown('flagged')) / seconds,
      p50Ms: worst('latencyP50Ms'),
      p99Ms: worst('latencyP99Ms'),
    }
  })
  const frames = total(results.map(({ judgedPerS }) => judgedPerS)) * seconds
  const perFrame = (key: keyof Measured['cpuMs']) => (after.cpuMs[key] - before.cpuMs[key]) / frames
  return {
    groups: results,
    cpuMsPerFrame: { control: perFrame('control'), guards: perFrame('guards'), ffmpeg: perFrame('ffmpeg') },
    rssBytes: after.rssBytes,
  }
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
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
