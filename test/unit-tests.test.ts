import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { heavyImport, unitTests } from './unit-tests.js'

test('a test that starts a process, itself, through a fixture or through what it tests, is no unit test', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'framewarden-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'room'))
  const files = {
    'plain.test.ts': "import { join } from 'node:path'\nimport type { ChildProcess } from 'node:child_process'\n",
    'itself.test.ts': "import { spawn } from 'node:child_process'\n",
    'room/fixture.test.ts': "import { broker } from '../broker.js'\n",
    'room/many-lines.test.ts': "import {\n  a,\n  b,\n} from '../broker.js'\n",
    'room/side-effect.test.ts': "import '../broker.js'\n",
    'room/handed-on.test.ts': "export { broker } from '../broker.js'\n",
    'broker.ts': "import { type Server } from 'node:net'\nimport { isIP } from 'node:net'\n",
    'address.test.ts': "import { isIP } from 'node:net'\n",
    'on-demand.test.ts': "const later = () => import('node:child_process')\n",
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  expect(unitTests(folder)).toEqual(['address.test.ts', 'on-demand.test.ts', 'plain.test.ts'])
  expect(heavyImport(join(folder, 'room/fixture.test.ts'))).toBe(`${join(folder, 'broker.ts')} imports node:net`)
})

test('the decision, the configuration and the command line are in the inner loop', () => {
  const names = unitTests(import.meta.dirname)
  expect(names).toEqual(
    expect.arrayContaining([
      'core/decide.test.ts',
      'config/parse.test.ts',
      'cli/dispatch.test.ts',
      'architecture.test.ts',
    ]),
  )
  expect(names.filter((name) => name.startsWith('integration/'))).toEqual([])
})
