/** What is handed to a cluster, against Kubernetes' own schemas: nothing unknown, nothing missing. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const FOLDER = resolve(import.meta.dirname, '../../deploy/archive')
/** Has the schemas inside, so that the check itself asks nobody. */
const VALIDATOR = 'kubernetes-validate==1.37.0'

let venv: string
beforeAll(() => {
  venv = mkdtempSync(join(tmpdir(), 'fw-kubernetes-'))
  execFileSync('python3', ['-m', 'venv', venv])
  execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', VALIDATOR])
})
afterAll(() => rmSync(venv, { recursive: true, force: true }))

const resources = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'),
)

test.each(['1.33', '1.37'])('every resource of the archive is one of Kubernetes %s', (version) => {
  expect(resources.sort()).toEqual(['job.yaml', 'merge/job.yaml', 'results.yaml'])
  for (const path of resources) {
    const argv = ['--strict', '-k', version, join(FOLDER, path)]
    const said = execFileSync(join(venv, 'bin/kubernetes-validate'), argv, { encoding: 'utf8', stdio: 'pipe' })
    expect(`${path}: ${said}`).not.toContain('ERROR')
  }
})
