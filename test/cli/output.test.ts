/** Commands whose output ends before they do: a reader that has seen enough, a disk that is full. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../camera/partners.js'
import { BIN } from '../fixtures/daemon.js'
import { amplitudes, drawTinyClip } from '../fixtures/tiny-clip.js'
import { TINY } from '../inference/pictures.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clip: string
beforeAll(async () => {
  folder = await temporaryFolder()
  clip = join(folder.path, 'clip.mp4')
  await drawTinyClip(clip, [...amplitudes(2, 0), ...amplitudes(60, 24)])
})
afterAll(() => folder.remove())

/** Runs a command through the shell, as a person would; its own exit code, not the pipe's. */
async function piped(command: string): Promise<{ code: number; out: string; err: string }> {
  const script = `set -o pipefail; ${command}; exit \${PIPESTATUS[0]}`
  const child = spawn('bash', ['-c', script], { env: { ...process.env, FRAMEWARDEN: BIN, CLIP: clip, TINY } })
  const [out, err, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close') as Promise<[number]>,
  ])
  return { code, out: out.join(''), err: err.join('') }
}

describe('a reader that has seen enough', () => {
  // ended by process.exit in mid-inference, 2 of 5 of these aborted: Napi::Error, exit code 134
  it('ends a scan quietly, twenty times out of twenty', { timeout: 300_000 }, async () => {
    for (let i = 0; i < 20; i++) {
      const { code, out, err } = await piped('node "$FRAMEWARDEN" scan "$CLIP" --width 320 --frames --json | head -1')
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(JSON.parse(out)).toMatchObject({ type: 'frame', frame: 0 })
    }
  })

  it('leaves the code that was due: an incident was found before', async () => {
    const command = 'node "$FRAMEWARDEN" scan "$CLIP" --model "$TINY" --width 64 --json --frames | grep -m1 raised'
    const { code, out, err } = await piped(command)
    expect(JSON.parse(out)).toMatchObject({ type: 'incident', phase: 'raised' })
    expect({ code, err }).toEqual({ code: 3, err: '' })
  })
})

it('a disk that is full is said in a line, and the code is 1', async () => {
  for (const args of [['schema'], ['scan', clip, '--frames', '--model', TINY, '--width', '64']]) {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', full, 'pipe'] })
    const [err, [code]] = await Promise.all([child.stderr!.toArray(), once(child, 'close')])
    expect(err.join('')).toBe(
      'FW_OUTPUT: standard output: ENOSPC. Free disk space where the output goes, or send it elsewhere.\n',
    )
    expect(code).toBe(1)
  }
})
