/** The Kubernetes Job of an archive: its numbers agree, and its exit codes are those of `scan`. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { EXIT } from '../../src/cli/exit.js'

const FOLDER = resolve(import.meta.dirname, '../../deploy/archive')
const read = (path: string) => parse(readFileSync(join(FOLDER, path), 'utf8'))

test('there are as many shards as completions', () => {
  const { completions, completionMode, template } = read('job.yaml').spec
  expect(completionMode).toBe('Indexed')
  expect(template.spec.containers[0].env).toContainEqual({ name: 'SHARDS', value: String(completions) })
})

test('wrong usage ends the Job, a failure is tried again, a disruption does not count', () => {
  const { podFailurePolicy, backoffLimitPerIndex, template } = read('job.yaml').spec
  expect(podFailurePolicy.rules.map((rule: { action: string }) => rule.action)).toEqual(['Ignore', 'FailJob'])
  const { onExitCodes } = podFailurePolicy.rules[1]
  expect(onExitCodes).toEqual({ containerName: template.spec.containers[0].name, operator: 'In', values: [EXIT.usage] })
  expect(backoffLimitPerIndex).toBeGreaterThan(0)
})

test.each([
  ['job.yaml', EXIT.done, 0],
  ['job.yaml', EXIT.failed, EXIT.failed],
  ['job.yaml', EXIT.usage, EXIT.usage],
  ['job.yaml', EXIT.incident, 0],
  ['merge/job.yaml', EXIT.incident, 0],
  ['merge/job.yaml', EXIT.failed, EXIT.failed],
])('%s: framewarden ending with %i ends the pod with %i', (path, code, pod) => {
  const bin = mkdtempSync(join(tmpdir(), 'fw-job-'))
  try {
    writeFileSync(join(bin, 'framewarden'), `#!/bin/sh\necho "$@"\nexit ${code}\n`)
    chmodSync(join(bin, 'framewarden'), 0o755)
    const { command, args } = read(path).spec.template.spec.containers[0]
    const env = { PATH: `${bin}:/usr/bin:/bin`, JOB_COMPLETION_INDEX: '3', SHARDS: '8' }
    const { status, stdout } = spawnSync(command[0], [command[1], ...args], { env, encoding: 'utf8' })
    expect(stdout).toMatch(path === 'job.yaml' ? /--shard 3\/8 --out \/results$/m : /^scan merge \/results/)
    expect(status).toBe(pod)
  } finally {
    rmSync(bin, { recursive: true })
  }
})
